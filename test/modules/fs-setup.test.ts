import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fsSetup } from '../../modules/fs-setup.ts';
import { context, GiB } from '../support/facts.ts';
import { foundIn, plan } from '../support/settings.ts';

const part = { path: '/dev/vdb1', number: 1, start: 0, bytes: GiB };
const cloud = context(
  { disks: [{ path: '/dev/vdb', bytes: GiB, readOnly: false, partitions: [part] }] },
  { metadata: { 'block-device-mapping': { ephemeral0: 'sdb' } } },
);

describe('fs_setup', () => {
  for (const [yaml, change] of [
    ['{device: /dev/vdc, filesystem: xfs}', { device: '/dev/vdc', type: 'xfs' }],
    [
      '{device: vdc, filesystem: ext4, label: data, overwrite: true}',
      { device: '/dev/vdc', type: 'ext4', label: 'data', overwrite: true },
    ],
    ['{device: /dev/nvme1n1, filesystem: xfs, partition: 2}', { device: '/dev/nvme1n1p2', type: 'xfs' }],
    [
      '{device: ephemeral0, filesystem: ext4, partition: auto}',
      { device: '/dev/vdb', type: 'ext4', partition: 'auto' },
    ],
    ['{device: ephemeral0, filesystem: ext4, partition: none}', { device: '/dev/vdb', type: 'ext4' }],
    ['{device: vdc, filesystem: ext4, extra_opts: -m 0}', { device: '/dev/vdc', type: 'ext4', options: ['-m', '0'] }],
  ] as const) {
    test(yaml, () => {
      assert.deepEqual(plan(fsSetup, `fs_setup: [${yaml}]`, cloud), [
        { at: 'fs_setup[0]', changes: [{ kind: 'filesystem', ...change }] },
      ]);
    });
  }

  for (const [yaml, text] of [
    ['fs_setup: [{device: ephemeral1, filesystem: ext4}]', 'fs_setup[0]: there is no device for "ephemeral1" here'],
    [
      'fs_setup: [{device: vdc, filesystem: ext4, cmd: mkfs %(device)s}]',
      'fs_setup[0]: a command of its own ("cmd") is not run; use "extra_opts", or runcmd',
    ],
    [
      'disk_setup: {/dev/vdb: {table_type: gpt, layout: true}}',
      'partition tables are not made; make them in the image, or put file systems on whole disks',
    ],
  ] as const) {
    test(`says what is not supported: ${yaml}`, () => {
      const [item] = plan(fsSetup, yaml, cloud);
      const notes = item?.notes?.map(({ level, text }) => ({ level, text }));
      assert.deepEqual([item?.changes, notes], [[], [{ level: 'warning', text }]]);
    });
  }

  test('refuses what is not a file system', () => {
    assert.deepEqual(foundIn(fsSetup, 'fs_setup: [{device: vdc, filesystem: "ext4; rm"}]'), [
      'user-data:1:38 fs_setup[0].filesystem: expected a file system such as ext4 or xfs, got "ext4; rm"',
    ]);
  });
});
