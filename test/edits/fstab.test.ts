import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { editFstab, entryIn, fstabLine, keyOfEntry, mark } from '../../agent/edits/fstab.ts';
import type { FstabEdit, FstabEntry } from '../../agent/engine/kinds/storage.ts';
import { often } from '../support/often.ts';

const swap: FstabEntry = {
  spec: '/swap',
  file: 'swap',
  type: 'swap',
  options: `sw,${mark}`,
  dump: '0',
  pass: '2',
};
const data: FstabEntry = {
  spec: '/dev/vdb',
  file: '/data',
  type: 'xfs',
  options: `nofail,${mark}`,
  dump: '0',
  pass: '2',
};
const put = (entry: FstabEntry): FstabEdit => ({ syntax: 'fstab', put: entry });

describe('an entry of fstab', () => {
  for (const [name, text, edit, expected] of [
    ['is written into an empty file as cloud-init writes it', '', put(swap), `/swap\tswap\tswap\tsw,${mark}\t0\t2\n`],
    [
      'goes to the end, after a last line that had no newline',
      '# mine\nUUID=a  /  xfs  defaults 0 0',
      put(swap),
      `# mine\nUUID=a  /  xfs  defaults 0 0\n/swap\tswap\tswap\tsw,${mark}\t0\t2\n`,
    ],
    [
      'takes the place of the one with the same mount point',
      '/dev/vdc /data ext4 rw 0 0\n# end\n',
      put(data),
      `/dev/vdb\t/data\txfs\tnofail,${mark}\t0\t2\n# end\n`,
    ],
    [
      'is left as it is written where it says the same',
      `/dev/vdb  /data  xfs  nofail,${mark}  0 2\n`,
      put(data),
      `/dev/vdb  /data  xfs  nofail,${mark}  0 2\n`,
    ],
    [
      'of swap is known by its device, so two can stand side by side',
      '/dev/vdc none swap sw 0 0\n',
      put(swap),
      `/dev/vdc none swap sw 0 0\n/swap\tswap\tswap\tsw,${mark}\t0\t2\n`,
    ],
    [
      'with spaces is escaped',
      '',
      put({ ...data, file: '/my data' }),
      `/dev/vdb\t/my\\040data\txfs\tnofail,${mark}\t0\t2\n`,
    ],
    [
      'can be dropped by its device',
      'a / x\n/dev/vdb /mnt auto defaults 0 2\nb /b x\n',
      { syntax: 'fstab', drop: '/dev/vdb' },
      'a / x\nb /b x\n',
    ],
    [
      'of an earlier user-data is dropped, of anybody else kept',
      `a / x\nb /b x ${mark} 0 0\nc /c x ${mark} 0 0\n`,
      { syntax: 'fstab', keep: ['/c'] },
      `a / x\nc /c x ${mark} 0 0\n`,
    ],
  ] as const satisfies (readonly [string, string, FstabEdit, string])[]) {
    test(name, () => {
      assert.equal(editFstab(text, edit), expected);
      assert.equal(editFstab(expected, edit), expected);
    });
  }
});

const word = fc.stringMatching(/^[A-Za-z0-9/._=-]{1,8}$/);
const gap = fc.constantFrom(' ', '\t', '   ', '\t\t');
const line = fc.oneof(
  fc.tuple(word, gap, word, gap, word).map((all) => all.join('')),
  fc.tuple(word, gap, word, gap, word, gap, word).map((all) => `${all.join('')},${mark} 0 0`),
  fc.stringMatching(/^[ \t]*#[ -~]{0,20}$/),
  fc.constantFrom('', '   ', '\t', 'half', 'two words', '/a\\040b /c x'),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\n', '')),
);
const file = fc.tuple(fc.array(line, { maxLength: 12 }), fc.boolean()).map(([lines, ends]) => {
  const text = lines.join('\n');
  return ends && text !== '' ? `${text}\n` : text;
});
const field = fc.oneof(word, fc.stringMatching(/^[a-z #\\]{1,6}$/));
const entry = fc.record(
  {
    spec: field,
    file: fc.oneof(field, fc.constantFrom('none', 'swap', '/data')),
    type: fc.constantFrom('swap', 'xfs', 'auto'),
    options: word,
    dump: fc.constantFrom('0', '1'),
    pass: fc.constantFrom('0', '2'),
  },
  { noNullPrototype: true },
);
const edit: fc.Arbitrary<FstabEdit> = fc.oneof(
  entry.map(put),
  word.map((drop) => ({ syntax: 'fstab', drop }) as const),
  fc.array(word, { maxLength: 3 }).map((keep) => ({ syntax: 'fstab', keep }) as const),
);

const linesOf = (text: string): string[] => {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};
const settings = { numRuns: often(10_000), seed: 5 };

describe(`of ${settings.numRuns} files`, () => {
  test('each is the same after the same edit again', () => {
    fc.assert(
      fc.property(file, edit, (text, change) => {
        const once = editFstab(text, change);
        assert.equal(editFstab(once, change), once);
      }),
      settings,
    );
  });

  test('each keeps every line that is not meant, byte for byte and in order', () => {
    fc.assert(
      fc.property(file, edit, (text, change) => {
        const isMeant = (each: string): boolean => {
          const found = entryIn(each);
          if (!found) return false;
          if ('put' in change) return keyOfEntry(found) === keyOfEntry(change.put);
          if ('drop' in change) return found.spec === change.drop;
          return found.options.split(',').includes(mark) && !change.keep.includes(keyOfEntry(found));
        };
        const others = (all: string): string[] => linesOf(all).filter((each) => !isMeant(each));
        assert.deepEqual(others(editFstab(text, change)), others(text));
      }),
      settings,
    );
  });

  test('each has the entry that was put, once, as it was put', () => {
    fc.assert(
      fc.property(file, entry, (text, wanted) => {
        const found = linesOf(editFstab(text, put(wanted)))
          .map(entryIn)
          .filter((each) => each !== undefined && keyOfEntry(each) === keyOfEntry(wanted));
        assert.deepEqual(found, [wanted]);
        assert.deepEqual(entryIn(fstabLine(wanted)), wanted);
      }),
      settings,
    );
  });
});
