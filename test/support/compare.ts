import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloudConfig } from './cloud-config.ts';
import { documents, mutated, words } from './documents.ts';
import { leavesOf, type PartSeen, pythonLeaves } from './email.ts';
import { messages } from './messages.ts';
import { pyyaml } from './pyyaml.ts';
import { plain, yaml } from './written.ts';

/**
 * Messages for input that we refuse and PyYAML reads, or the reverse, whether YAML allows it or not. No real document relies on
 * it.
 */
const otherVerdicts = [
  /is not a name for a value$/,
  /^a # directly follows a value$/,
  /but got '\?'/,
  /found duplicate anchor/,
];

/** Reads this many scalars, documents and documents with mistakes with PyYAML as well, and asserts equal values. */
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
  // If most texts were refused, little would have been compared.
  assert.ok(counts.same > texts.length / 2 && counts.refusedByBoth > texts.length / 20, told);
  assert.ok(counts.otherVerdicts < texts.length / 100, told);
}

/** Returns whether a value has keys that PyYAML does not read as text. Here their source text is the key. */
const hasOtherKeys = (value: unknown): boolean => JSON.stringify(value).includes('"$key ');

/** Returns `value` with a placeholder for everything that PyYAML reads as a date: dates are text here. */
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

/** Reads this many MIME messages with Python's email package as well, and asserts equal parts. */
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

/** Drops parts without a name and content: parsers differ on whether such a part follows the last boundary. */
const withContent = (leaves: readonly PartSeen[]): readonly PartSeen[] =>
  leaves.filter(([, name, content]) => name !== null || content !== '');
