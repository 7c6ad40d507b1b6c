import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloudConfig } from './cloud-config.ts';
import { documents, mutated, words } from './documents.ts';
import { leavesOf, type PartSeen, pythonLeaves } from './email.ts';
import { messages } from './messages.ts';
import { pyyaml } from './pyyaml.ts';
import { plain, yaml } from './written.ts';

/** What we refuse that PyYAML reads, and the other way round: YAML allows it or not, and nobody means it. */
const otherVerdicts = [
  /is no name for a value$/,
  /^a # stands right behind a value$/,
  /but got '\?'/,
  /found duplicate anchor/,
];

/** Reads as many scalars, documents and documents with mistakes as PyYAML does, and asks for the same values. */
export function compareYaml(seed: number, numRuns: number): void {
  const scalars = fc.sample(words, { seed, numRuns }).map((text) => `k: ${text}`);
  const whole = fc.sample(documents, { seed, numRuns });
  const texts = [...scalars, ...whole, ...fc.sample(mutated([cloudConfig, ...whole.slice(0, 50)]), { seed, numRuns })];
  const counts = { same: 0, refusedByBoth: 0, otherVerdicts: 0 };
  for (const [index, answer] of pyyaml(texts).entries()) {
    const text = texts[index] ?? '';
    const { written, findings } = yaml(text);
    const first = findings.found.find(({ level }) => level === 'error');
    if (!written) assert.ok(first && first.place.line > 0 && first.place.column > 0, text);
    const refusal = 'error' in answer ? answer.error : (first?.message ?? '');
    if ('error' in answer && !written) counts.refusedByBoth++;
    else if (!written || 'error' in answer) {
      counts.otherVerdicts++;
      const mistakes = index >= scalars.length + whole.length;
      assert.ok(mistakes || otherVerdicts.some((each) => each.test(refusal)), `${refusal}\n${text}`);
    } else if (!hasOtherKeys(answer.value)) {
      assert.deepEqual(withoutDates(plain(written), answer.value), withoutDates(answer.value, answer.value), text);
      counts.same++;
    }
  }
  const told = JSON.stringify(counts);
  // Were most of them refused, nothing would have been compared.
  assert.ok(counts.same > texts.length / 2 && counts.refusedByBoth > texts.length / 20, told);
  assert.ok(counts.otherVerdicts < texts.length / 100, told);
}

/** Keys that PyYAML does not read as text are keys by their words here. */
const hasOtherKeys = (value: unknown): boolean => JSON.stringify(value).includes('"$key ');

/** Both values with what is a date to PyYAML, and text to us, left out. */
function withoutDates(value: unknown, theirs: unknown): unknown {
  if (typeof theirs !== 'object' || theirs === null) return value;
  if ('$date' in theirs) return 'a date';
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [
    key,
    withoutDates(each, (theirs as Record<string, unknown>)[key]),
  ]);
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

/** Reads as many MIME messages as Python's email package does, and asks for the same parts. */
export function compareMime(seed: number, numRuns: number): void {
  const texts = fc.sample(messages, { seed, numRuns });
  let parts = 0;
  for (const [index, leaves] of pythonLeaves(texts).entries()) {
    const text = texts[index] ?? '';
    assert.deepEqual(withContent(leavesOf(text)), withContent(leaves), text);
    parts += leaves.length;
  }
  assert.ok(parts > numRuns / 2);
}

/** A part without a name and without content is no part: whether one stands behind a last boundary is a matter of taste. */
const withContent = (leaves: readonly PartSeen[]): readonly PartSeen[] =>
  leaves.filter(([, name, content]) => name !== null || content !== '');
