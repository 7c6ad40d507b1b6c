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

describe('disk_setup', () => {
  const linux = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';
  const swap = '0657FD6D-A4AB-43C4-84E5-0933C84B4F4F';
  const changes = (yaml: string) => plan(fsSetup, yaml, cloud).flatMap((item) => item.changes);

  for (const [yaml, change] of [
    ['/dev/vdb: {layout: true}', { device: '/dev/vdb', table: 'dos', parts: [{ percent: 100, type: '83' }] }],
    [
      'vdc: {table_type: gpt, layout: [25, [25, 82], [50, 8300]], overwrite: true}',
      {
        device: '/dev/vdc',
        table: 'gpt',
        parts: [
          { percent: 25, type: linux },
          { percent: 25, type: swap },
          { percent: 50, type: linux },
        ],
        overwrite: true,
      },
    ],
    [
      'ephemeral0: {table_type: mbr, layout: [[10, 07], [90, 8e]]}',
      {
        device: '/dev/vdb',
        table: 'dos',
        parts: [
          { percent: 10, type: '07' },
          { percent: 90, type: '8e' },
        ],
      },
    ],
    ['vdc: {layout: remove}', { device: '/dev/vdc', table: 'dos', parts: [] }],
  ] as const) {
    test(yaml, () => assert.deepEqual(changes(`disk_setup: {${yaml}}`), [{ kind: 'partitions', ...change }]));
  }

  test('without a layout changes nothing', () =>
    assert.deepEqual(changes('disk_setup: {vdc: {table_type: gpt}, vdd: {layout: false}}'), []));

  test('comes before the file systems, on an alias of the same name', () => {
    const yaml = `device_aliases: {data: /dev/vdc}
disk_setup: {data: {table_type: gpt, layout: [50, 50]}}
fs_setup: [{device: data.2, filesystem: xfs}, {device: data, partition: 1, filesystem: ext4}]
`;
    assert.deepEqual(
      changes(yaml).map((change) => 'device' in change && [change.kind, change.device]),
      [
        ['partitions', '/dev/vdc'],
        ['filesystem', '/dev/vdc2'],
        ['filesystem', '/dev/vdc1'],
      ],
    );
  });

  for (const [yaml, message] of [
    ['layout: [60, 60]', 'the sizes are 120 percent together'],
    ['layout: []', 'a layout without partitions; write "remove" to remove the table'],
    ['layout: [20, 20, 20, 20, 20]', 'an mbr table has at most four partitions; use "table_type: gpt"'],
    ['layout: [[50, ef02]]', 'ef02 is not a type of a partition in an mbr table'],
    ['table_type: gpt, layout: [[50, 99]]', '99 is not a type of a partition in a gpt table'],
    ['table_type: bsd', 'expected mbr or gpt, got "bsd"'],
    ['layout: [0]', 'expected true, false, remove, or a list of sizes in percent, got a list'],
  ] as const) {
    test(`refuses ${yaml}`, () => {
      const found = foundIn(fsSetup, `disk_setup: {vdc: {${yaml}}}`, cloud).join();
      assert.ok(found.endsWith(message), found);
    });
  }
});
