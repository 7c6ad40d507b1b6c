import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { refuseFaults } from '../../../agent/resources/files/fstab-check.ts';
import { unable } from '../../support/able.ts';
import { memoryHost, type Program } from '../../support/memory-host.ts';

const fault = (place: string): string => `${place}\n   [E] unreachable on boot required target\n`;

/** Returns a machine whose findmnt rejects each line that contains "bad". */
const machine = () =>
  memoryHost({
    programs: {
      findmnt: (_, host) => {
        const lines = host.text('/run/bootagent/fstab.trial')?.split('\n') ?? [];
        const bad = lines.filter((line) => line.includes('bad'));
        return { code: bad.length > 0 ? 1 : 0, stdout: bad.map(fault).join('') };
      },
    },
  });

/** Runs the real findmnt on the fstab text of the memory host. */
const realFindmnt: Program = (_, host) => {
  const file = join(mkdtempSync(join(tmpdir(), 'bootagent-fstab-')), 'fstab');
  writeFileSync(file, host.text('/run/bootagent/fstab.trial') ?? '');
  const { status, stdout } = spawnSync('findmnt', ['--verify', '--tab-file', file], { encoding: 'utf8' });
  rmSync(dirname(file), { recursive: true });
  return { code: status ?? 127, stdout };
};
const noFindmnt = unable('findmnt');

describe('a new /etc/fstab', () => {
  for (const [claim, before, after, looks] of [
    ['without a fault is looked at once, whatever the old one was', '/bad\n', '/good\n', 1],
    ['with the faults of the old one is taken', '/bad\n', '/bad\n/good\n', 2],
  ] as const) {
    test(claim, async () => {
      const host = machine();
      await refuseFaults(before, after, host);
      assert.equal(host.did.filter((each) => each.startsWith('run findmnt')).length, looks);
      assert.equal(host.text('/run/bootagent/fstab.trial'), undefined);
    });
  }

  for (const [what, lines, refused] of [
    ['LABEL= with nofail', 'LABEL=no-such-label /tmp xfs defaults,nofail 0 2', undefined],
    ['UUID= with nofail', 'UUID=0000-0000 /tmp ext4 nofail,comment=cloudconfig 0 2', undefined],
    ['LABEL= of swap with nofail', 'LABEL=no-such-swap none swap sw,nofail 0 0', undefined],
    [
      'LABEL= without nofail',
      'LABEL=no-such-label /tmp xfs defaults 0 2',
      '/tmp: unreachable on boot required source: LABEL=no-such-label',
    ],
    [
      'LABEL= of swap without nofail, beside one with it',
      'LABEL=no-such-swap none swap sw,nofail 0 0\nLABEL=no-such-other none swap sw 0 0',
      'none: unreachable on boot required source: LABEL=no-such-other',
    ],
  ] as const) {
    test(`with an absent device by ${what} is ${refused === undefined ? 'taken' : 'refused'}`, {
      skip: noFindmnt,
    }, async () => {
      const host = memoryHost({ programs: { findmnt: realFindmnt } });
      const outcome = refuseFaults('', `${lines}\n`, host);
      if (refused === undefined) await outcome;
      else await assert.rejects(outcome, { message: `The new /etc/fstab is not taken: ${refused}` });
    });
  }

  test('with a fault of its own is refused, and only that is told', async () => {
    await assert.rejects(refuseFaults('/bad/1\n', '/bad/1\n/bad/2\n', machine()), {
      message: 'The new /etc/fstab is not taken: /bad/2: unreachable on boot required target',
    });
  });
});
