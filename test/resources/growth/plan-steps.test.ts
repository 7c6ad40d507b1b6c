import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatBytes } from '../../../agent/base/format.ts';
import type {
  Device,
  FileSystem,
  Partition,
  Table,
  TableEntry,
  VolumeGroup,
} from '../../../agent/resources/growth/layout.ts';
import { growthSteps, type Wishes } from '../../../agent/resources/growth/plan-steps.ts';
import { GiB, MiB } from '../../support/facts.ts';

const sectors = (bytes: number): number => bytes / 512;
const entry = (number: number, start: number, bytes: number, type = '83'): TableEntry => ({
  number,
  start: sectors(start),
  sectors: sectors(bytes),
  type,
});
const table = (label: string, ...entries: TableEntry[]): Table => ({ label, sectorBytes: 512, entries, dump: '' });
const disk = (bytes: number, readOnly = false) => ({ is: 'disk', path: '/dev/vda', bytes, readOnly }) as const;

function partition(
  number: number,
  kernel: number,
  whole: number,
  read: Partition['table'],
  readOnly = false,
): Partition {
  return {
    is: 'partition',
    path: `/dev/vda${number}`,
    bytes: kernel,
    number,
    disk: disk(whole, readOnly),
    table: read,
  };
}

const ext4 = (bytes: number, own: Partial<FileSystem> = {}): FileSystem => ({
  type: 'ext4',
  bytes,
  mount: '/',
  readOnly: false,
  ...own,
});

/** Returns the steps and the remarks as lines. */
function told(device: Device, filesystem: FileSystem | undefined, wishes: Wishes = {}): string[] {
  const { steps, remarks } = growthSteps({ device, filesystem }, wishes);
  const lines = steps.map((step) => {
    const name = 'number' in step ? `${step.number}` : 'path' in step ? step.path : 'name' in step ? step.name : '';
    const size = 'to' in step ? `${formatBytes(step.from)} -> ${formatBytes(step.to)}` : '';
    return `${step.do} ${name} ${size}`.replaceAll(/ +/g, ' ').trim();
  });
  return [...lines, ...remarks.map((each) => `# ${each}`)];
}

const one = (label: string, size = 2 * GiB - 2 * MiB, type = '83') => table(label, entry(1, MiB, size, type));

describe('what grows', () => {
  const start = 2 * GiB - 2 * MiB;
  for (const [name, device, filesystem, expected] of [
    [
      'a GPT leaves its backup at the end',
      partition(1, start, 10 * GiB, one('gpt')),
      ext4(start),
      ['partition 1 2.0 GiB -> 10.0 GiB', 'filesystem 2.0 GiB -> 10.0 GiB'],
    ],
    [
      'an MBR goes to the very end',
      partition(1, start, 10 * GiB, one('dos')),
      ext4(start),
      ['partition 1 2.0 GiB -> 10.0 GiB', 'filesystem 2.0 GiB -> 10.0 GiB'],
    ],
    ['a full disk, whose table nobody needs to read', partition(1, start, 2 * GiB, undefined), ext4(start), []],
    [
      'a partition grown by a run that was cut off before its file system',
      partition(1, 10 * GiB, 10 * GiB, undefined),
      ext4(start),
      ['filesystem 2.0 GiB -> 10.0 GiB'],
    ],
    [
      'a table written by a run that was cut off before the kernel knew',
      partition(1, start, 10 * GiB, one('gpt', 10 * GiB - 2 * MiB)),
      ext4(start),
      ['tell-kernel 1 2.0 GiB -> 10.0 GiB', 'filesystem 2.0 GiB -> 10.0 GiB'],
    ],
    ['a whole disk without partitions', disk(10 * GiB), ext4(2 * GiB), ['filesystem 2.0 GiB -> 10.0 GiB']],
    [
      'a file system that is smaller than its device by less than a megabyte',
      disk(2 * GiB + MiB / 2),
      ext4(2 * GiB),
      [],
    ],
    [
      'into the gap before the next partition, and says what stands in the way of the rest',
      partition(1, GiB, 10 * GiB, table('gpt', entry(1, MiB, GiB), entry(2, 2 * GiB, GiB))),
      ext4(GiB),
      [
        'partition 1 1.0 GiB -> 2.0 GiB',
        'filesystem 1.0 GiB -> 2.0 GiB',
        '# partition 1 is not the last: partition 2 lies between it and the free 7167 MiB',
      ],
    ],
    [
      'nothing where another partition stands behind, at the end of the disk',
      partition(1, GiB, 4 * GiB, table('gpt', entry(1, MiB, GiB), entry(2, GiB + MiB, 3 * GiB - 2 * MiB))),
      ext4(GiB),
      [],
    ],
    [
      'a logical partition, and first the extended one around it',
      partition(
        5,
        GiB,
        4 * GiB,
        table('dos', entry(1, MiB, 63 * MiB), entry(2, 64 * MiB, GiB + MiB, 'f'), entry(5, 65 * MiB, GiB)),
      ),
      ext4(GiB),
      ['partition 2 1.0 GiB -> 3.9 GiB', 'partition 5 1.0 GiB -> 3.9 GiB', 'filesystem 1.0 GiB -> 3.9 GiB'],
    ],
    [
      'an MBR no further than 2 TiB, and says so',
      partition(1, start, 3 * 2 ** 40, one('dos')),
      ext4(start),
      [
        'partition 1 2.0 GiB -> 2.0 TiB',
        'filesystem 2.0 GiB -> 2.0 TiB',
        '# an MBR reaches no further than 2 TiB: 1024 GiB stay unused',
      ],
    ],
  ] as const) {
    test(name, () => assert.deepEqual(told(device, filesystem), expected));
  }

  test('a disk with sectors of 4 KiB', () => {
    const read = {
      label: 'gpt',
      sectorBytes: 4096,
      entries: [{ number: 1, start: 256, sectors: 262_144, type: '' }],
      dump: 'the table',
    };
    const { steps } = growthSteps({ device: partition(1, GiB, 4 * GiB, read), filesystem: undefined });
    assert.deepEqual(steps, [
      {
        do: 'partition',
        disk: '/dev/vda',
        number: 1,
        sectors: (4 * GiB - 2 * MiB) / 4096,
        from: GiB,
        to: 4 * GiB - 2 * MiB,
        dump: 'the table',
      },
    ]);
  });
});

describe('what does not grow is named', () => {
  const start = GiB;
  const bigger = partition(1, start, 4 * GiB, one('gpt', start));
  for (const [name, device, filesystem, expected] of [
    [
      'a damaged table',
      partition(1, start, 4 * GiB, { unread: 'unrecognized partition table' }),
      ext4(start),
      ['# the partition table of /dev/vda cannot be read: unrecognized partition table'],
    ],
    [
      'a table of another kind',
      partition(1, start, 4 * GiB, one('sun', start)),
      ext4(start),
      ['# /dev/vda has a sun table'],
    ],
    [
      'a read-only disk',
      partition(1, start, 4 * GiB, one('gpt', start), true),
      ext4(start),
      ['# /dev/vda is read-only'],
    ],
    [
      'a partition that the table does not have',
      partition(3, start, 4 * GiB, one('gpt', start)),
      ext4(start),
      ['# the table of /dev/vda has no partition 3: /dev/vda3 is not what it says'],
    ],
    [
      'a file system that is mounted read-only',
      bigger,
      ext4(start, { readOnly: true }),
      ['partition 1 1.0 GiB -> 4.0 GiB', '# / is mounted read-only and stays at 1.0 GiB'],
    ],
    [
      'a file system of another kind',
      bigger,
      ext4(start, { type: 'f2fs' }),
      ['partition 1 1.0 GiB -> 4.0 GiB', '# / is f2fs, which is not grown'],
    ],
    [
      'a file system whose size cannot be determined',
      bigger,
      ext4(start, { type: 'xfs', bytes: undefined }),
      ['partition 1 1.0 GiB -> 4.0 GiB', '# the size of the xfs file system on / cannot be determined'],
    ],
    [
      'a device encrypted with LUKS',
      { is: 'opaque', path: '/dev/dm-0', bytes: start, because: 'encrypted with LUKS, which is not grown' },
      ext4(start / 2),
      ['# /dev/dm-0 is encrypted with LUKS, which is not grown'],
    ],
  ] as const) {
    test(name, () => assert.deepEqual(told(device, filesystem), expected));
  }
});

describe('what was wished', () => {
  const device = partition(1, GiB, 4 * GiB, one('gpt', GiB));
  test('only the device', () => {
    assert.deepEqual(told(device, ext4(GiB), { only: 'device' }), ['partition 1 1.0 GiB -> 4.0 GiB']);
  });
  test('only the file system, which fills what device there is', () => {
    assert.deepEqual(told(device, ext4(GiB / 2), { only: 'filesystem' }), ['filesystem 512.0 MiB -> 1.0 GiB']);
  });
});

describe('a chain of LVM', () => {
  const extent = 4 * MiB;
  const usable = (bytes: number) => Math.floor((bytes - MiB) / extent) * extent;
  const group = (own: Partial<VolumeGroup>): VolumeGroup => ({
    name: 'rl',
    extent,
    free: 0,
    members: [],
    spare: [],
    empty: [],
    ...own,
  });
  const volume = (bytes: number, own: Partial<VolumeGroup>, segments: readonly string[] = ['linear']): Device => ({
    is: 'volume',
    path: '/dev/dm-0',
    name: 'rl/root',
    bytes,
    segments,
    group: group(own),
  });
  const member = (device: Partition | ReturnType<typeof disk>, bytes = usable(device.bytes)) => ({
    path: device.path,
    bytes,
    start: MiB,
    device,
  });
  const last = partition(2, 2 * GiB, 8 * GiB, table('gpt', entry(1, MiB, GiB), entry(2, GiB + MiB, 2 * GiB)));

  test('grows link by link, each computed from the one below', () => {
    assert.deepEqual(told(volume(usable(2 * GiB), { members: [member(last)] }), ext4(usable(2 * GiB))), [
      'partition 2 2.0 GiB -> 7.0 GiB',
      'physical-volume /dev/vda2 2.0 GiB -> 7.0 GiB',
      'volume rl/root 2.0 GiB -> 7.0 GiB',
      'filesystem 2.0 GiB -> 7.0 GiB',
    ]);
  });

  test('finishes what a run that was cut off had begun', () => {
    const grown = partition(2, 7 * GiB, 8 * GiB, undefined);
    const cut = member(grown, usable(2 * GiB));
    assert.deepEqual(told(volume(usable(2 * GiB), { members: [cut] }), ext4(usable(2 * GiB))), [
      'physical-volume /dev/vda2 2.0 GiB -> 7.0 GiB',
      'volume rl/root 2.0 GiB -> 7.0 GiB',
      'filesystem 2.0 GiB -> 7.0 GiB',
    ]);
    const later = { members: [member(grown)], free: usable(7 * GiB) - usable(2 * GiB) };
    assert.deepEqual(told(volume(usable(2 * GiB), later), ext4(usable(2 * GiB))), [
      'volume rl/root 2.0 GiB -> 7.0 GiB',
      'filesystem 2.0 GiB -> 7.0 GiB',
    ]);
    assert.deepEqual(told(volume(usable(7 * GiB), { members: [member(grown)] }), ext4(usable(7 * GiB))), []);
  });

  test('takes a physical volume that is a whole disk', () => {
    const whole = member(disk(8 * GiB), usable(2 * GiB));
    assert.deepEqual(told(volume(usable(2 * GiB), { members: [whole] }), ext4(usable(2 * GiB))), [
      'physical-volume /dev/vda 2.0 GiB -> 8.0 GiB',
      'volume rl/root 2.0 GiB -> 8.0 GiB',
      'filesystem 2.0 GiB -> 8.0 GiB',
    ]);
  });

  test('leaves thin volumes and says so', () => {
    assert.deepEqual(told(volume(GiB, { free: GiB }, ['thin']), ext4(GiB)), [
      '# the volume rl/root is thin, which is not grown',
    ]);
  });

  const blocked = (label: string, ...more: TableEntry[]) =>
    partition(1, GiB, 8 * GiB, table(label, entry(1, MiB, GiB, '8e'), entry(2, GiB + MiB, GiB), ...more));

  test('stops at a partition that is not the last, and says what would help', () => {
    assert.deepEqual(told(volume(usable(GiB), { members: [member(blocked('gpt'))] }), ext4(usable(GiB))), [
      '# partition 1 is not the last: partition 2 lies between it and the free 6142 MiB; "lvm_new_pv" would use it',
    ]);
  });

  test('goes on in a new partition, when asked to', () => {
    const wished = { newVolume: true };
    const filesystem = ext4(usable(GiB));
    const all = [
      'new-partition 3 0 B -> 6.0 GiB',
      'new-physical-volume /dev/vda3',
      'join-group /dev/vda3',
      'volume rl/root 1020.0 MiB -> 7.0 GiB',
      'filesystem 1020.0 MiB -> 7.0 GiB',
    ];
    for (const label of ['gpt', 'dos']) {
      const members = [member(blocked(label))];
      assert.deepEqual(told(volume(usable(GiB), { members }), filesystem, wished), all);
    }
    const members = [member(blocked('gpt', entry(3, 2 * GiB + MiB, 6 * GiB - 2 * MiB)))];
    const made = volume(usable(GiB), { members, empty: ['/dev/vda3'] });
    assert.deepEqual(told(made, filesystem, wished).slice(0, 2), all.slice(1, 3));
    const created = volume(usable(GiB), { members, spare: ['/dev/vda3'] });
    assert.deepEqual(told(created, filesystem, wished)[0], all[2]);
  });

  test('has no new partition where an MBR has no entry for it', () => {
    const four = blocked('dos', entry(3, 2 * GiB + MiB, GiB), entry(4, 3 * GiB + MiB, GiB));
    assert.match(
      told(volume(usable(GiB), { members: [member(four)] }), ext4(usable(GiB)), { newVolume: true }).join(),
      /the MBR of \/dev\/vda has no free entry for a new partition/,
    );
  });
});
