import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linux } from '../../agent/host/linux.ts';
import { applyStep } from '../../agent/resources/growth/apply-step.ts';
import type { Volume } from '../../agent/resources/growth/layout.ts';
import { growthSteps, type Wishes } from '../../agent/resources/growth/plan-steps.ts';
import { readDevice } from '../../agent/resources/growth/read-layout.ts';
import { readVolume } from '../../agent/resources/growth/read-volume.ts';
import { GiB, MiB } from '../support/disks/growth-case.ts';
import { lvmDisk } from '../support/disks/lvm-disk.ts';

const host = linux({ root: '/', offline: false });

/**
 * Applies every step below the volume itself, which would need a kernel with device-mapper, and returns the applied steps by
 * name.
 */
async function grow(mapped: string, wishes: Wishes = {}): Promise<{ made: string[]; volume: Volume }> {
  const made: string[] = [];
  for (;;) {
    const device = await readVolume(
      { name: 'dm-0', path: '/dev/dm-0', bytes: 400 * MiB, readOnly: false, mapped, isArray: false },
      host,
      readDevice,
    );
    assert.ok(device.is === 'volume');
    const [step] = growthSteps({ device, filesystem: undefined }, wishes).steps;
    if (!step || step.do === 'volume') return { made, volume: device };
    await applyStep(step, host);
    made.push(step.do);
    assert.ok(made.length < 10, made.join());
  }
}

for (const table of ['gpt', 'dos'] as const) {
  describe(`a volume group on a disk with a ${table} table`, () => {
    test('gains what its disk gained', async () => {
      using disk = lvmDisk(`label: ${table}\nstart=1MiB, size=500MiB\n`);
      disk.grow(2 * GiB);
      const { made, volume } = await grow(disk.mapped);
      assert.deepEqual(made, ['partition', 'physical-volume']);
      assert.equal(volume.name, `${disk.group}/root`);
      const [member] = volume.group.members;
      assert.ok(member && member.bytes > 2 * GiB - 10 * MiB, JSON.stringify(member));
      assert.deepEqual((await grow(disk.mapped)).made, []);
    });

    test('gains a new physical volume where its own is not the last, when asked to', async () => {
      using disk = lvmDisk(`label: ${table}\nstart=1MiB, size=500MiB\nstart=501MiB, size=100MiB\n`);
      disk.grow(3 * GiB);
      assert.deepEqual((await grow(disk.mapped)).made, []);
      const { made, volume } = await grow(disk.mapped, { newVolume: true });
      assert.deepEqual(made, ['new-partition', 'new-physical-volume', 'join-group']);
      assert.equal(volume.group.members.length, 2);
      assert.ok(volume.group.free > 2 * GiB, `${volume.group.free}`);
      assert.deepEqual((await grow(disk.mapped, { newVolume: true })).made, []);
    });
  });
}
