import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { PlanItem } from '../../agent/engine/change.ts';
import { linux } from '../../agent/host/linux.ts';
import { GiB, MiB } from '../support/disks/growth-case.ts';
import { run } from '../support/disks/loop-disk.ts';
import { swapDisk } from '../support/disks/swap-disk.ts';
import { applied, previewed } from '../support/laws.ts';

const host = linux({ root: '/', offline: false });
const planOf = (path: string, bytes?: number): PlanItem[] => [
  { at: 'swap', changes: [{ kind: 'swap', path, ...(bytes !== undefined && { bytes }) }] },
];
const told = async (plan: readonly PlanItem[]): Promise<string> => {
  const [step] = await applied(plan, host);
  return step?.outcome === 'failed' ? `failed: ${step.problem.message} ${step.problem.stderrTail}` : `${step?.outcome}`;
};

for (const type of ['ext4', 'xfs', 'btrfs'] as const) {
  describe(`swap on ${type}`, () => {
    test('is whole, root’s alone, and in use at once; a second run leaves it', async () => {
      using disk = swapDisk(type, GiB);
      const plan = planOf(disk.path, 256 * MiB);
      assert.equal((await previewed(plan, host))[0]?.outcome, 'due');
      assert.equal(await told(plan), 'made');
      assert.equal(statSync(disk.path).mode & 0o7777, 0o600);
      assert.equal(disk.used(), 256 * MiB - 4096);
      assert.equal(disk.extentBytes(), 256 * MiB);
      assert.equal(existsSync(`${disk.path}.bootagent-part`), false);
      assert.equal(await told(plan), 'holds');
    });

    test('is made to another size when asked', async () => {
      using disk = swapDisk(type, GiB);
      assert.equal(await told(planOf(disk.path, 128 * MiB)), 'made');
      assert.equal(await told(planOf(disk.path, 192 * MiB)), 'made');
      assert.equal(disk.used(), 192 * MiB - 4096);
    });

    test('is created again after an interrupted run, and if it has holes', async () => {
      using disk = swapDisk(type, GiB);
      writeFileSync(`${disk.path}.bootagent-part`, Buffer.alloc(8 * MiB));
      writeFileSync(disk.path, '');
      truncateSync(disk.path, 128 * MiB);
      run('mkswap', disk.path);
      assert.equal(await told(planOf(disk.path, 128 * MiB)), 'made');
      assert.equal(disk.extentBytes(), 128 * MiB);
      assert.equal(existsSync(`${disk.path}.bootagent-part`), false);
    });

    test('is not made where it would leave no room, and nothing is left of it', async () => {
      using disk = swapDisk(type, GiB);
      assert.match(
        await told(planOf(disk.path, 4 * GiB)),
        /^failed: No room for 4.0 GiB of swap at .*: .* are free and/,
      );
      assert.deepEqual(disk.names(), type === 'ext4' ? ['lost+found'] : []);
    });

    test('made by a script of fallocate and mkswap is put to use, and closed to others', async () => {
      using disk = swapDisk(type, GiB);
      run('fallocate', '-l', `${128 * MiB}`, disk.path);
      run('mkswap', disk.path);
      assert.equal(await told(planOf(disk.path)), 'made');
      assert.equal(disk.used(), 128 * MiB - 4096);
      assert.equal(statSync(disk.path).mode & 0o777, 0o600);
    });

    test('over a user’s data is refused', async () => {
      using disk = swapDisk(type, GiB);
      writeFileSync(disk.path, 'letters');
      assert.match(await told(planOf(disk.path, 128 * MiB)), /holds something other than swap/);
      assert.equal(readFileSync(disk.path, 'utf8'), 'letters');
    });
  });
}
