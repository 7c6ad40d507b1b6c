import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cloudConfig } from './cloud-config.ts';
import { documents, mutated, words } from './documents.ts';
import { leavesOf, type PartSeen, pythonLeaves } from './email.ts';
import { messages } from './messages.ts';
import { pyyaml } from './pyyaml.ts';
import { plain, yaml } from './written.ts';

/** What we refuse that PyYAML reads, each on purpose: it is nothing that a person means. */
const refused = [/^a key is missing before this ":"$/, /is no name for a value$/, /^comments must be separated/];

/** What we read that PyYAML refuses: a question mark in a list on one line. */
const accepted = [/but got '\?'/];

/** Reads as many scalars, documents and documents with mistakes as PyYAML does, and asks for the same values. */
export function compareYaml(seed: number, numRuns: number): void {
  const whole = fc.sample(documents, { seed, numRuns });
  const texts = [
    ...fc.sample(words, { seed, numRuns }).map((text) => `k: ${text}`),
    ...whole,
    ...fc.sample(mutated([cloudConfig, ...whole.slice(0, 50)]), { seed, numRuns }),
  ];
  const compared = { same: 0, refused: 0 };
  for (const [index, answer] of pyyaml(texts).entries()) {
    const text = texts[index] ?? '';
    const { written, findings } = yaml(text);
    const first = findings.found.find(({ level }) => level === 'error');
    if ('error' in answer) {
      if (written)
        assert.ok(
          accepted.some((each) => each.test(answer.error)),
          `${answer.error}\n${text}`,
        );
      else assert.ok(first && first.place.line > 0 && first.place.column > 0, text);
      compared.refused++;
    } else if (!written) {
      assert.ok(
        refused.some((each) => each.test(first?.message ?? '')),
        `${first?.message}\n${text}`,
      );
    } else if (!hasOtherKeys(answer.value)) {
      assert.deepEqual(withoutDates(plain(written), answer.value), withoutDates(answer.value, answer.value), text);
      compared.same++;
    }
  }
  // Were most of them refused, nothing would have been compared.
  assert.ok(compared.same > texts.length / 2 && compared.refused > texts.length / 20, JSON.stringify(compared));
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
