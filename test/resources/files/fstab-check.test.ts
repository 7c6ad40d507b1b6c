import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refuseFaults } from '../../../agent/resources/files/fstab-check.ts';
import { memoryHost } from '../../support/memory-host.ts';

const fault = (place: string): string => `${place}\n   [E] unreachable on boot required target\n`;

/** A machine whose findmnt finds fault with each line that has the word "bad" in it. */
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

  test('with a fault of its own is refused, and only that is told', async () => {
    await assert.rejects(refuseFaults('/bad/1\n', '/bad/1\n/bad/2\n', machine()), {
      message: 'The new /etc/fstab is not taken: /bad/2: unreachable on boot required target',
    });
  });
});
