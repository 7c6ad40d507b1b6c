import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { unable } from '../able.ts';
import { type Cut, cutsOf, linesOf, type Trace } from './cuts.ts';
import { onlySynced, type Survivor } from './disk.ts';
import { broken, comparable, userData } from './laws.ts';
import { boot, imageDisk, type Ran } from './machine.ts';
import type { Call } from './read-trace.ts';

const guard = { skip: unable('strace', 'unshare', 'chroot', 'useradd', 'visudo', 'ssh-keygen'), timeout: 3_600_000 };

/** Syncs that a first boot must not leave out, each with a test that forgets it. */
const needed: readonly (readonly [what: string, isIt: (call: Call) => boolean])[] = [
  ['of the files', ({ name, paths: [path = ''] }) => name === 'fsync' && path.endsWith('.bootagent')],
  ['of the folders', ({ name, paths: [path = ''] }) => name === 'fsync' && !/\.\w+$|\.bootagent$/.test(path)],
  ['of the journal', ({ name, paths: [path = ''] }) => name === 'fsync' && path.endsWith('/journal.ndjson')],
  ['of what programs wrote', ({ name }) => name === 'syncfs'],
];

/**
 * Cuts the power of a first boot after its system calls, at up to `most` of them, and boots again from what the strictest file
 * system leaves: only what a sync covered. `random` more cuts leave a random part of the rest as well.
 */
export function powerLosses(most: number, random: number, seed: number): void {
  describe('a machine that loses power in its first boot, and boots again', guard, () => {
    let first: Ran;
    let trace: Trace;
    let wanted: readonly string[];
    before(() => {
      const image = imageDisk(userData);
      first = boot(image, 1, { traced: true });
      assert.equal(first.code, 0, first.text);
      trace = { calls: first.calls, root: first.root, image };
      wanted = comparable(first.disk);
    });

    const check = (cut: Cut): void => {
      const again = boot(cut.disk, 2);
      assert.deepEqual(broken(cut, again, wanted), [], `${cut.when}\n${again.text}`);
    };

    test('the replay of its calls gives the disk that it left', () => {
      assert.deepEqual(linesOf(cutsOf(trace, onlySynced).end), linesOf(first.disk));
      assert.ok(wanted.some((line) => line.startsWith('/home/ann/.ssh/authorized_keys 600 1200:1200')));
      assert.deepEqual(first.ran, ['bootcmd', 'one', 'two']);
    });

    test('the agent itself flushes the disk at most 55 times, with two scripts, 14 files, a user and host keys', () => {
      const agent = first.calls[0]?.process;
      const flushes = first.calls.filter(
        ({ name, process, paths: [path = ''] }) =>
          name === 'syncfs' || (/sync$/.test(name) && process === agent && !path.startsWith(`${first.root}/run`)),
      );
      assert.ok(flushes.length <= 55, flushes.map(({ name, paths }) => `${name} ${paths}`).join('\n'));
      assert.ok(flushes.length > 20, `${flushes.length} flushes`);
    });

    test('only what was synced is left: it ends as if nothing had happened', () => {
      const { cuts } = cutsOf(trace, onlySynced);
      assert.ok(cuts.length > 20, `${cuts.length} cuts`);
      for (const cut of chosen(cuts, most)) check(cut);
    });

    test(`some of the rest is left too, by the seed ${seed}: the same`, () => {
      const { cuts } = cutsOf(trace, atRandom(seed));
      for (const cut of chosen(cuts, random)) check(cut);
    });

    for (const [what, isIt] of needed) {
      test(`a run that forgets the syncs ${what} is seen`, () => {
        assert.ok(trace.calls.some(isIt));
        const { cuts } = cutsOf(trace, onlySynced, isIt);
        // While the last script runs, and at the end: later syncs of whole file systems cover what was forgotten before.
        const cutAt = [cuts.find(({ ran }) => ran.length === first.ran.length), cuts.at(-1)];
        const seen = cutAt.some((cut) => cut && broken(cut, boot(cut.disk, 2), wanted).length > 0);
        assert.ok(seen, `no sync ${what}`);
      });
    }
  });
}

/** Returns up to `most` of a list, evenly, and always the last one. */
function chosen<T>(all: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, all.length / most);
  return Array.from(
    { length: Math.min(most, all.length) },
    (_, index) => all[all.length - 1 - Math.floor(index * step)] as T,
  );
}

/** Returns a survivor that leaves anything between what was synced and what was written. */
function atRandom(seed: number): Survivor {
  let state = seed;
  return (count) => {
    // A linear congruential generator: the same seed gives the same cuts.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
}
