import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fstabLine } from '../../agent/edits/fstab.ts';
import type { Disk } from '../../agent/facts/facts.ts';
import { fsSetup } from '../../modules/fs-setup.ts';
import { mounts } from '../../modules/mounts.ts';
import { context, GiB } from '../support/facts.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

/** Returns the planned fstab line of each entry, and the other changes. */
function told(yaml: string, where = context()): string[] {
  return plan(mounts, yaml, where).flatMap(({ changes, notes = [] }) => [
    ...changes.map((change) => {
      if (change.kind === 'edit' && change.edit.syntax === 'fstab') {
        if ('put' in change.edit) return fstabLine(change.edit.put).replaceAll('\t', ' ');
        return 'drop' in change.edit ? `drop ${change.edit.drop}` : `keep ${change.edit.keep.join(' ')}`.trim();
      }
      if (change.kind === 'swap') return `swap ${change.path}`;
      if (change.kind === 'mounted') return `mount ${change.target}${change.nofail ? ' if there' : ''}`;
      return change.kind === 'notify' ? 'daemon-reload' : change.kind;
    }),
    ...notes.map(({ text }) => `# ${text}`),
  ]);
}

const disk = (path: string, own: Partial<Disk> = {}): Disk => ({
  path,
  bytes: 10 * GiB,
  readOnly: false,
  filesystem: '',
  partitions: [],
  ...own,
});
const cloud = (disks: readonly Disk[], mapping: Readonly<Record<string, string>> = { ephemeral0: 'sdb' }) =>
  context({ disks }, { metadata: { 'block-device-mapping': mapping } });

describe('mounts', () => {
  test('takes the aliases of disks, and their partitions', () => {
    const aliases = 'device_aliases: {data: /dev/vdc, fast: /dev/nvme1n1}\n';
    const lines = told(`${aliases}mounts: [[data.2, /data], [fast.1, /fast], [data, /whole], ["nas.1:/x", /nas]]`);
    assert.deepEqual(
      lines.filter((line) => /^\S+ \/\w+ auto/.test(line)).map((line) => line.split(' ').slice(0, 2).join(' ')),
      ['/dev/vdc2 /data', '/dev/nvme1n1p1 /fast', '/dev/vdc /whole', 'nas.1:/x /nas'],
    );
  });

  test('takes the disk itself where fs_setup selects the partition, and for partition 0', () => {
    const lines = told(
      'device_aliases: {data: /dev/nvme1n1}\nmounts: [[/dev/vdb.auto, /a], [vdc.any, /b], [data.none, /c], [sdd.0, /d]]',
    );
    assert.deepEqual(
      lines.filter((line) => /^\S+ \/\w+ auto/.test(line)).map((line) => line.split(' ').slice(0, 2).join(' ')),
      ['/dev/vdb /a', '/dev/vdc /b', '/dev/nvme1n1 /c', '/dev/sdd /d'],
    );
  });

  test('are planned without the aliases where those are invalid, which fs_setup reports', () => {
    const { plan: items, findings } = planned(mounts, 'device_aliases: [a]\nmounts: [[vdb, /data]]');
    assert.deepEqual([items.map(({ at }) => at), findings], [['mounts', 'mounts[0]'], []]);
    assert.deepEqual(foundIn(fsSetup, 'device_aliases: [a]'), [
      'user-data:1:17 device_aliases: expected a mapping, got a list',
    ]);
  });

  for (const [name, yaml, expected] of [
    ['nothing asked: what an earlier user-data asked for goes', 'hostname: a', ['keep']],
    [
      'the swap of the CentOS 6 image’s user-data, as cloud-init writes it',
      'mounts:\n - [ /swap, swap, swap, sw ]',
      ['keep /swap', '/swap swap swap sw,comment=cloudconfig 0 2', 'swap /swap'],
    ],
    [
      'a disk by a short name, with the usual fields',
      'mounts: [[sdc, /data]]',
      [
        'keep /data',
        'directory',
        '/dev/sdc /data auto defaults,nofail,comment=cloudconfig 0 2',
        'daemon-reload',
        'mount /data if there',
      ],
    ],
    [
      'an entry in full',
      'mounts: [[LABEL=data, /data, xfs, "rw,noatime", "0", "0"]]',
      [
        'keep /data',
        'directory',
        'LABEL=data /data xfs rw,noatime,comment=cloudconfig 0 0',
        'daemon-reload',
        'mount /data',
      ],
    ],
    [
      'usual fields of one’s own',
      'mount_default_fields: [~, ~, ext4, "defaults,noauto", "0", "0"]\nmounts: [[vdb, /data]]',
      ['keep /data', '/dev/vdb /data ext4 defaults,noauto,comment=cloudconfig 0 0', 'daemon-reload'],
    ],
    [
      'a swap file on a mount of the same list, whatever their order',
      'mounts: [[/data/swap, none, swap, sw], [vdb, /data]]',
      [
        'keep /data/swap /data',
        'directory',
        '/dev/vdb /data auto defaults,nofail,comment=cloudconfig 0 2',
        'daemon-reload',
        'mount /data if there',
        '/data/swap none swap sw,comment=cloudconfig 0 2',
        'swap /data/swap',
      ],
    ],
    ['an entry that removes another', 'mounts: [[vdb, ~]]', ['keep', 'drop /dev/vdb']],
    [
      'a device of the metadata that is not there',
      'mounts: [[ephemeral0, /mnt]]',
      ['keep', '# mounts[0]: there is no device for "ephemeral0" here'],
    ],
    [
      'a mount point with slashes that systemd and the kernel leave out',
      'mounts: [[vdb, //data/x/, ext4, noauto]]',
      ['keep /data/x', '/dev/vdb /data/x ext4 noauto,comment=cloudconfig 0 2', 'daemon-reload'],
    ],
    [
      'a mount point of two entries: the first counts',
      'mounts: [[vdb, /data, ext4, noauto], [vdc, /data/, ext4, noauto]]',
      [
        'keep /data',
        '/dev/vdb /data ext4 noauto,comment=cloudconfig 0 2',
        'daemon-reload',
        '# mounts[1]: /data is already used by mounts[0]; this entry is ignored',
      ],
    ],
  ] as const) {
    test(name, () => assert.deepEqual(told(yaml), expected));
  }

  const onMnt = (spec: string): string[] => [
    'keep /mnt',
    'directory',
    `${spec} /mnt auto defaults,nofail,comment=cloudconfig 0 2`,
    'daemon-reload',
    'mount /mnt if there',
  ];
  for (const [name, disks, yaml, expected] of [
    ['goes to /mnt unasked, by whatever name', [disk('/dev/vdb', { filesystem: 'ext4' })], 'a: 1', onMnt('/dev/vdb')],
    [
      'is meant by its first partition, if it has one',
      [disk('/dev/vdb', { partitions: [{ path: '/dev/vdb1', number: 1, start: 0, bytes: GiB, filesystem: 'vfat' }] })],
      'a: 1',
      onMnt('/dev/vdb1'),
    ],
    [
      'is never formatted unasked',
      [disk('/dev/vdb')],
      'a: 1',
      ['keep', '# mounts: /dev/vdb (ephemeral0) holds no file system and is left alone; "fs_setup" would make one'],
    ],
    ['is left where it is not there', [disk('/dev/vda')], 'a: 1', ['keep']],
    [
      'is left where the list speaks of it',
      [disk('/dev/vdb', { filesystem: 'ext4' })],
      'mounts: [[ephemeral0, ~]]',
      ['keep', 'drop /dev/vdb'],
    ],
    [
      'is left where /mnt is taken',
      [disk('/dev/vdb', { filesystem: 'ext4' })],
      'mounts: [["nas:/x", /mnt/, nfs, ro]]',
      ['keep /mnt', 'directory', 'nas:/x /mnt nfs ro,comment=cloudconfig 0 2', 'daemon-reload', 'mount /mnt'],
    ],
  ] as const) {
    test(`the disk that a cloud lends ${name}`, () => assert.deepEqual(told(yaml, cloud(disks)), expected));
  }

  for (const [yaml, message] of [
    ['mounts: [[a, b, c, d, e, f, g]]', 'user-data:1:10 mounts[0]: expected at most 6 fields, got 7'],
    ['mounts: [[~, /data]]', 'user-data:1:10 mounts[0]: names no device'],
    ['mounts: [/swap]', 'user-data:1:10 mounts[0]: expected a list, got "/swap"'],
    ['mounts: [[a, /data/../etc]]', 'user-data:1:10 mounts[0]: the mount point "/data/../etc" has ".." in it'],
    [
      'mounts: [[a, "/data\\0"]]',
      'user-data:1:10 mounts[0]: a field has a line break or another control character in it',
    ],
    ['mount_default_fields: [a]', 'user-data:1:23 mount_default_fields: expected 6 fields, got 1'],
  ] as const) {
    test(`refuses ${yaml}`, () => assert.deepEqual(foundIn(mounts, yaml), [message]));
  }
});

test('a device named like a property of every object is a name like any other', () => {
  for (const name of ['constructor', '__proto__', 'toString'])
    assert.doesNotThrow(() => told(`mounts: [[${name}, /data]]`, cloud([])));
});
