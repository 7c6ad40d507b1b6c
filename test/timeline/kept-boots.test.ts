import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ownPaths } from '../../agent/base/own-paths.ts';
import { keepBoot, readBoots, shortened } from '../../agent/timeline/kept-boots.ts';
import type { RunRecord } from '../../agent/timeline/record.ts';
import { recordsOfBoot } from '../support/timelines.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-boots-'));
after(() => rmSync(scratch, { recursive: true }));

function tree(): string {
  const root = mkdtempSync(join(scratch, 'root-'));
  mkdirSync(join(root, ownPaths.state), { recursive: true, mode: 0o700 });
  return root;
}

const bootsOf = (records: readonly RunRecord[]): readonly string[] => [...new Set(records.map(({ boot }) => boot))];

describe('the last boots', () => {
  test('are kept, twenty of them, and only for root', () => {
    const root = tree();
    for (let boot = 1; boot <= 25; boot++) for (const record of recordsOfBoot(`b${boot}`)) keepBoot(root, record);
    assert.deepEqual(
      bootsOf(readBoots(root)),
      Array.from({ length: 20 }, (_, index) => `b${index + 6}`),
    );
    assert.equal(readBoots(root).length, 60);
    assert.equal(statSync(join(root, ownPaths.boots)).mode & 0o777, 0o600);
  });

  test('never fill the disk: a file that has grown is shortened', () => {
    const root = tree();
    const [record] = recordsOfBoot();
    assert.ok(record);
    const spans = Array.from({ length: 300 }, () => ({ kind: 'wait', name: 'x'.repeat(100), at: 1, ms: 1 }) as const);
    for (let boot = 1; boot <= 60; boot++) keepBoot(root, { ...record, boot: `b${boot}`, spans });
    assert.ok(statSync(join(root, ownPaths.boots)).size <= 2 ** 18);
    assert.equal(bootsOf(readBoots(root)).at(-1), 'b60');
  });

  test('one boot that is too large for the file is kept all the same', () => {
    const [record] = recordsOfBoot();
    const line = `${JSON.stringify({ ...record, instance: 'x'.repeat(2 ** 18) })}\n`;
    assert.equal(shortened(line), line);
  });

  test('are read past damaged lines: incomplete, of another shape, of a later version', () => {
    const root = tree();
    const [record] = recordsOfBoot();
    assert.ok(record);
    keepBoot(root, record);
    const damaged = [
      '{"v":1,"boot":',
      'null',
      '[]',
      '{"v":2}',
      JSON.stringify({ ...record, spans: [{ kind: 'wait' }] }),
      '\0',
    ];
    appendFileSync(join(root, ownPaths.boots), damaged.map((line) => `${line}\n`).join(''));
    keepBoot(root, record);
    assert.deepEqual(readBoots(root), [record, record]);
  });

  test('a machine without the state directory, or without the file, has none', () => {
    const root = mkdtempSync(join(scratch, 'bare-'));
    const [record] = recordsOfBoot();
    assert.ok(record);
    keepBoot(root, record);
    assert.deepEqual([readBoots(root), readBoots(tree())], [[], []]);
  });
});
