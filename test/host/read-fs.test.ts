import assert from 'node:assert/strict';
import fs, { appendFileSync, chownSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, mock, test } from 'node:test';
import { largestFile, readBytes, readText } from '../../agent/host/read-fs.ts';
import { unable } from '../support/able.ts';

const root = mkdtempSync(join(tmpdir(), 'bootagent-read-'));
const path = join(root, 'file');
after(() => rmSync(root, { recursive: true }));

/** Appends this many bytes to the file before each of the next reads, or before the first `times` of them. */
function growing(bytes: number, times = Number.POSITIVE_INFINITY): { [Symbol.dispose](): void; reads(): number } {
  const { readSync } = fs;
  const grown = mock.method(fs, 'readSync', (...args: Parameters<typeof readSync>) => {
    if (grown.mock.callCount() < times) appendFileSync(path, Buffer.alloc(bytes, 'x'));
    return readSync(...args);
  });
  syncBuiltinESMExports();
  return {
    reads: () => grown.mock.callCount(),
    [Symbol.dispose]() {
      grown.mock.restore();
      syncBuiltinESMExports();
    },
  };
}

describe('a file that grows while it is read whole', () => {
  test('is read up to the limit, and then refused', () => {
    writeFileSync(path, 'x'.repeat(70_000));
    using grown = growing(2 ** 20);
    assert.throws(() => readBytes(root, '/file'), /Cannot read \/file: it is larger than 16\.0 MiB/);
    assert.ok(grown.reads() <= largestFile / 65_536 + 2, `${grown.reads()} reads`);
  });

  test('is complete if it stops growing below the limit', () => {
    writeFileSync(path, 'x'.repeat(70_000));
    let text: string | undefined;
    {
      using _ = growing(10_000, 3);
      text = readText(root, '/file', 300_000);
    }
    assert.ok(text !== undefined && text.length >= 80_000, `${text?.length}`);
    assert.match(text, /^x+$/);
  });

  test('is bounded too where it was small and belongs to a user', { skip: unable() }, () => {
    writeFileSync(path, 'x');
    truncateSync(path, 0);
    chownSync(path, 1000, 1000);
    using _ = growing(2 ** 20);
    assert.throws(() => readText(root, '/file'), /it is larger than 16\.0 MiB/);
  });
});

test('a file of exactly the limit is read, one byte more is refused', () => {
  writeFileSync(path, Buffer.alloc(131_072, 'x'));
  assert.equal(readText(root, '/file', 131_072)?.length, 131_072);
  assert.throws(() => readText(root, '/file', 131_071), /Cannot read \/file: it is larger than/);
});
