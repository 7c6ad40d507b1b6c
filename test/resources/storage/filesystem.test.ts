import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ChangeOf, PlanItem } from '../../../agent/engine/change.ts';
import type { Step } from '../../../agent/engine/step.ts';
import { filesystemMachine } from '../../support/disks/memory-filesystems.ts';
import { applied, laws, previewed } from '../../support/laws.ts';
import { type Given, type MemoryHost, memoryHost } from '../../support/memory-host.ts';

const plan = (own: Partial<ChangeOf<'filesystem'>> = {}): PlanItem[] => [
  { at: 'fs_setup[0]', changes: [{ kind: 'filesystem', device: '/dev/vdb', type: 'xfs', ...own }] },
];

const told = ([step]: readonly Step[]): string =>
  step?.outcome === 'failed'
    ? `failed: ${step.problem.message}`
    : `${step?.outcome}: ${step && 'difference' in step ? step.difference.why : step && 'note' in step ? step.note : ''}`;

laws('a file system on an empty disk', plan(), () => filesystemMachine({ '/dev/vdb': undefined }));

describe('a file system', () => {
  test('is made on an empty disk', async () => {
    const host = filesystemMachine({ '/dev/vdb': undefined });
    assert.equal(
      told(await applied(plan({ label: 'data', options: ['-m', 'crc=1'] }), host)),
      'made: /dev/vdb is empty: xfs',
    );
    assert.equal(host.did[0], 'run mkfs.xfs -f -L data -m crc=1 /dev/vdb');
  });

  for (const [name, disks, change, expected, files] of [
    ['that is there holds', { '/dev/vdb': 'TYPE=xfs\n' }, {}, 'holds: ', {}],
    ['with its label holds', { '/dev/vdb': 'TYPE=xfs\nLABEL=data\n' }, { label: 'data' }, 'holds: ', {}],
    [
      'is never made over another',
      { '/dev/vdb': 'TYPE=ext4\n' },
      {},
      'holds: /dev/vdb holds ext4 and is left alone, as "overwrite" was not set',
      {},
    ],
    [
      'is never made over data of no known kind',
      { '/dev/vdb': 'data' },
      {},
      'holds: /dev/vdb holds data of no known kind and is left alone, as "overwrite" was not set',
      {},
    ],
    [
      'is made over another when told so',
      { '/dev/vdb': 'TYPE=ext4\n' },
      { overwrite: true },
      'made: /dev/vdb holds ext4, which is overwritten: xfs',
      {},
    ],
    [
      'is not made over what is mounted, whatever is said',
      { '/dev/vdb': 'TYPE=ext4\n' },
      { overwrite: true },
      'holds: /dev/vdb is in use and is left alone',
      { '/proc/self/mountinfo': '1 0 252:16 / /data rw - ext4 /dev/vdb rw\n' },
    ],
    [
      'is not made over partitions, whatever is said',
      { '/dev/vdb': 'PTTYPE=gpt\n', '/dev/vdb1': undefined },
      { overwrite: true },
      'holds: /dev/vdb has 1 partitions and is left alone',
      { '/sys/class/block/vdb/vdb1/size': '1', '/sys/class/block/vdb1/partition': '1\n' },
    ],
    [
      'goes to the first empty partition when that is left to us',
      { '/dev/vdb': 'PTTYPE=gpt\n', '/dev/vdb1': 'TYPE=vfat\n', '/dev/vdb2': undefined },
      { partition: 'auto' },
      'made: /dev/vdb2 is empty: xfs',
      parts('vdb1', 'vdb2'),
    ],
    [
      'is found on any partition when that is left to us',
      { '/dev/vdb': 'PTTYPE=gpt\n', '/dev/vdb1': undefined, '/dev/vdb2': 'TYPE=xfs\n' },
      { partition: 'auto' },
      'holds: ',
      parts('vdb1', 'vdb2'),
    ],
    ['needs its device', {}, {}, 'failed: /dev/vdb does not exist', {}],
  ] as const) {
    test(name, async () => {
      const links = { links: partLinks(files) };
      const host = filesystemMachine(disks, { files });
      const readLink = host.readLink;
      const linked = { ...host, readLink: async (path: string) => links.links[path] ?? readLink(path) };
      assert.equal(told(await applied(plan(change), linked)), expected);
      if (expected.startsWith('holds')) assert.deepEqual(host.did, []);
    });
  }
});

describe('a mount', () => {
  const mount = (own: Partial<ChangeOf<'mounted'>> = {}): PlanItem[] => [
    { at: 'mounts[0]', changes: [{ kind: 'mounted', target: '/data', source: '/dev/vdb', ...own }] },
  ];
  const mounting = (own: Given = {}): MemoryHost => {
    const host: MemoryHost = memoryHost({
      files: {
        '/proc/self/mountinfo': '1 0 252:1 / / rw - ext4 /dev/vda1 rw\n',
        '/dev/vdb': '',
        '/dev/disk/by-uuid/x': '',
      },
      programs: {
        mount: () => {
          const node = host.nodes.get('/proc/self/mountinfo');
          if (node) node.bytes = new TextEncoder().encode('2 1 252:16 / /data rw - ext4 /dev/vdb rw\n');
          return '';
        },
      },
      ...own,
    });
    return host;
  };
  laws('a mount', mount(), () => mounting());

  test('is mounted by what fstab says', async () => {
    const host = mounting();
    assert.equal(told(await applied(mount(), host)), 'made: is not mounted');
    assert.deepEqual(host.did, ['run mount /data']);
  });

  test('of a device that is not there is told, and is a failure unless "nofail" says otherwise', async () => {
    const absent = { source: 'LABEL=data' };
    assert.equal(told(await applied(mount(absent), mounting())), 'failed: There is no LABEL=data to mount on /data');
    assert.equal(
      told(await applied(mount({ ...absent, nofail: true }), mounting())),
      'holds: /data is not mounted: there is no LABEL=data; a boot that finds it mounts it',
    );
  });

  test('of a label that is yet to be made is foreseen', async () => {
    const host = filesystemMachine({ '/dev/vdb': undefined }, { directories: ['/dev/disk/by-uuid'] });
    const items = [...plan({ label: 'data' }), ...mount({ source: 'LABEL=data', nofail: true })];
    assert.deepEqual(
      (await previewed(items, host)).map((step) => told([step])),
      ['due: /dev/vdb is empty: xfs', 'due: is not mounted'],
    );
  });
});

/** Returns partitions as /sys shows them. */
function parts(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => [
      [`/sys/class/block/vdb/${name}/size`, '1'],
      [`/sys/class/block/${name}/partition`, `${name.slice(3)}\n`],
    ]),
  );
}

function partLinks(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = Object.keys(files).flatMap((path) => /block\/(vdb\d)\/partition$/.exec(path)?.[1] ?? []);
  return Object.fromEntries(names.map((name) => [`/sys/class/block/${name}`, `../../devices/block/vdb/${name}`]));
}
