import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Step } from '../../agent/engine/step.ts';
import { linux } from '../../agent/host/linux.ts';
import { fsSetup } from '../../modules/fs-setup.ts';
import { feed, insist, run } from '../support/disks/loop-disk.ts';
import { context } from '../support/facts.ts';
import { applied, previewed } from '../support/laws.ts';
import { plan } from '../support/settings.ts';
import { unable } from './support/sandbox.ts';

const noLoops = spawnSync('losetup', ['-f']).status === 0 ? false : 'there are no loop devices';
const skip = unable('sfdisk', 'losetup', 'mkfs.ext4', 'blkid', 'wipefs') || noLoops;
const host = linux({ root: '/', offline: false });
const MiB = 2 ** 20;

/** An empty disk of 200 MiB, whose partitions the kernel sees. */
function emptyDisk() {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-setup-'));
  const image = join(folder, 'image');
  writeFileSync(image, '');
  truncateSync(image, 200 * MiB);
  const path = run('losetup', '--find', '--show', '--partscan', image).trim();
  return {
    path,
    table: () => run('sfdisk', '--dump', path),
    typeOf: (device: string) => run('blkid', '-p', '-o', 'value', '-s', 'TYPE', device).trim(),
    [Symbol.dispose]: () => {
      spawnSync('partx', ['--delete', path]);
      insist(() => run('losetup', '--detach', path));
      rmSync(folder, { recursive: true });
    },
  };
}

const told = (steps: readonly Step[]): string[] =>
  steps.map((step) => {
    const why =
      step.outcome === 'failed' ? ` ${step.problem.message}` : 'note' in step && step.note ? ` ${step.note}` : '';
    return `${step.change.kind} ${step.outcome}${why}`;
  });

const planFor = (yaml: string) => plan(fsSetup, yaml, context());

describe('disk_setup and fs_setup on a real disk', { skip }, () => {
  for (const [table, types, guids] of [
    ['gpt', '[[50, 8300], [50, 82]]', ['0FC63DAF-8483-4772-8E79-3D69D8477DE4', '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F']],
    ['mbr', '[[50, 83], [50, 82]]', ['83', '82']],
  ] as const) {
    test(`a ${table} table and a file system are made on an empty disk, and stay at the next run`, async () => {
      using disk = emptyDisk();
      const yaml = `device_aliases: {data: ${disk.path}}
disk_setup: {data: {table_type: ${table}, layout: ${types}}}
fs_setup: [{device: data.1, filesystem: ext4, label: setup}]
`;
      assert.deepEqual(told(await previewed(planFor(yaml), host)), ['partitions due', 'filesystem due']);
      assert.deepEqual(told(await applied(planFor(yaml), host)), ['partitions made', 'filesystem made']);
      const dump = disk.table();
      assert.match(dump, new RegExp(`^label: ${table === 'mbr' ? 'dos' : 'gpt'}$`, 'm'));
      const parts = [...dump.matchAll(/size=\s*(\d+), type=([\w-]+)/g)].map(([, size, type]) => [
        Number(size) / 2048,
        type,
      ]);
      assert.deepEqual(
        parts.map(([, type]) => type),
        guids,
      );
      assert.equal(parts[0]?.[0], 100);
      assert.ok(Number(parts[1]?.[0]) >= 97, dump);
      assert.equal(disk.typeOf(`${disk.path}p1`), 'ext4');
      assert.deepEqual(told(await applied(planFor(yaml), host)), ['partitions holds', 'filesystem holds']);
      assert.equal(disk.table(), dump);
    });
  }

  test('a disk with data is left alone without overwrite, and what it held is gone with it', async () => {
    using disk = emptyDisk();
    run('mkfs.ext4', '-q', disk.path);
    const yaml = (more = '') => `disk_setup: {${disk.path}: {table_type: gpt, layout: true${more}}}`;
    const [kept] = told(await applied(planFor(yaml()), host));
    assert.equal(kept, `partitions holds ${disk.path} holds ext4 and is left alone, as "overwrite" was not set`);
    assert.equal(disk.typeOf(disk.path), 'ext4');
    assert.deepEqual(told(await applied(planFor(yaml(', overwrite: true')), host)), ['partitions made']);
    assert.match(disk.table(), /^label: gpt$/m);
    assert.equal(spawnSync('blkid', ['-p', '-o', 'value', '-s', 'TYPE', `${disk.path}p1`]).stdout.toString(), '');
  });

  test('a disk with partitions is left alone without overwrite, and while one is mounted with it', async () => {
    using disk = emptyDisk();
    feed('label: dos\nsize=50MiB, type=83\ntype=83\n', 'sfdisk', '--quiet', disk.path);
    run('partx', '--update', disk.path);
    insist(() => run('mkfs.ext4', '-q', '-F', `${disk.path}p1`));
    const before = disk.table();
    const yaml = (more = '') => `disk_setup: {${disk.path}: {table_type: gpt, layout: [50, 25, 25]${more}}}`;
    assert.match(
      told(await applied(planFor(yaml()), host)).join(),
      /holds a dos table with 2 partitions and is left alone/,
    );
    const target = mkdtempSync(join(tmpdir(), 'bootagent-mnt-'));
    run('mount', `${disk.path}p1`, target);
    try {
      const [busy] = told(await applied(planFor(yaml(', overwrite: true')), host));
      assert.equal(busy, `partitions holds ${disk.path}p1 is in use, so ${disk.path} is left alone`);
      assert.equal(disk.table(), before);
    } finally {
      insist(() => run('umount', target));
      rmSync(target, { recursive: true });
    }
    assert.deepEqual(told(await applied(planFor(yaml(', overwrite: true')), host)), ['partitions made']);
    assert.equal([...disk.table().matchAll(/ size=/g)].length, 3);
    assert.equal(spawnSync('blkid', ['-p', '-o', 'value', '-s', 'TYPE', `${disk.path}p1`]).stdout.toString(), '');
  });

  test('a table is removed with overwrite alone', async () => {
    using disk = emptyDisk();
    feed('label: gpt\ntype=L\n', 'sfdisk', '--quiet', disk.path);
    run('partx', '--update', disk.path);
    const yaml = (more = '') => `disk_setup: {${disk.path}: {layout: remove${more}}}`;
    assert.match(told(await applied(planFor(yaml()), host)).join(), /^partitions holds .* left alone/);
    assert.deepEqual(told(await applied(planFor(yaml(', overwrite: true')), host)), ['partitions made']);
    assert.equal(run('wipefs', '--noheadings', disk.path).trim(), '');
    assert.deepEqual(told(await applied(planFor(yaml()), host)), ['partitions holds']);
  });
});
