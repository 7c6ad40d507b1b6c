import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../../agent/base/problem.ts';
import type { PlanItem } from '../../../agent/engine/change.ts';
import type { Step } from '../../../agent/engine/step.ts';
import { growthHandler } from '../../../agent/resources/growth/growth.ts';
import { memoryDisk } from '../../support/disks/memory-disk.ts';
import { GiB, MiB } from '../../support/facts.ts';
import { applied, laws, previewed } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';

const plan: PlanItem[] = [{ at: 'growpart', changes: [{ kind: 'growth', target: '/' }] }];

const told = ([step]: readonly Step[]): string =>
  step?.outcome === 'failed'
    ? `failed: ${step.problem.message}`
    : `${step?.outcome}: ${step && 'difference' in step ? step.difference.why : step && 'note' in step ? step.note : ''}`;

const all =
  'partition 2 of /dev/vda 2.0 GiB -> 9.0 GiB; physical volume /dev/vda2 2.0 GiB -> 9.0 GiB; volume rl/root 2.0 GiB -> 9.0 GiB; ext4 on / 2.0 GiB -> 9.0 GiB';

laws('an LVM root that grows', plan, () => memoryDisk().host);

describe('the growth of an LVM root', () => {
  test('is foreseen link by link, and made by the programs of each', async () => {
    const { host, state } = memoryDisk();
    assert.equal(told(await previewed(plan, host)), `due: ${all}`);
    assert.equal(told(await applied(plan, host)), `made: ${all}`);
    assert.deepEqual(
      host.did.filter((each) => each.startsWith('run')),
      [
        'run flock --timeout 60 /dev/vda sfdisk --no-reread --no-tell-kernel --force /dev/vda',
        'run partx --update --nr 2 /dev/vda',
        'run pvresize /dev/vda2',
        'run lvextend -l +100%FREE rl/root',
        'run resize2fs /dev/dm-0',
      ],
    );
    assert.ok(state.filesystem > 0 && state.filesystem === state.volume && state.volume === state.physical);
  });

  test('ends the same wherever the power was lost', async () => {
    const whole = memoryDisk();
    await applied(plan, whole.host);
    let cuts = 0;
    for (let dies = 1; dies <= 5; dies++) {
      const { host, state } = memoryDisk({}, { dies });
      const [step] = await applied(plan, host);
      if (step?.outcome === 'failed') cuts++;
      const after = memoryDisk(state);
      await applied(plan, after.host);
      assert.deepEqual(after.state, whole.state, `cut after program ${dies}`);
    }
    assert.equal(cuts, 5);
  });

  test('reads the table once, and writes what it read with the new size', async () => {
    const { host, tables } = memoryDisk();
    await applied(plan, host);
    assert.equal(tables.length, 1);
    assert.equal(host.text('/run/bootagent/vda.sfdisk'), tables[0]);
  });

  test('is made of what is there where nobody has looked', async () => {
    const { host, tables, state } = memoryDisk();
    await growthHandler.apply({ kind: 'growth', target: '/' }, host);
    assert.equal(tables.length, 1);
    assert.ok(state.filesystem > 0 && state.filesystem === state.physical);
  });

  test('is none where sfdisk says what nobody understands', async () => {
    const { host } = memoryDisk();
    const query = async () => ({ code: 0, stdout: 'label: gpt\n\n/dev/vda2 : size=1, start=1\n', stderr: '' });
    const lvm: typeof host.query = (argv) => (argv[0] === 'sfdisk' ? query() : host.query(argv));
    assert.equal(
      told(await applied(plan, { ...host, query: lvm })),
      'holds: the partition table of /dev/vda cannot be read: sfdisk says "/dev/vda2 : size=1, start=1"',
    );
  });

  test('puts the table back where the kernel does not take the new one', async () => {
    const { host, state } = memoryDisk({}, { fail: 'partx' });
    const before = { ...state };
    assert.equal(
      told(await applied(plan, host)),
      'failed: partx --update --nr 2 /dev/vda ended with 1; the partition table is as it was',
    );
    assert.deepEqual(state, before);
  });

  for (const fail of ['sfdisk', 'pvresize', 'lvextend', 'resize2fs']) {
    test(`is told when ${fail} fails, and goes on from there when it does not any more`, async () => {
      const { host, state } = memoryDisk({}, { fail });
      assert.match(told(await applied(plan, host)), /^failed: .* ended with 1/);
      const after = memoryDisk(state);
      assert.match(told(await applied(plan, after.host)), /^made: /);
      assert.equal(after.state.filesystem, after.state.physical);
    });
  }

  test('makes room that the preview of a swap file counts on', async () => {
    const { host } = memoryDisk();
    const small = { ...host, space: async () => ({ bytes: 2 * GiB, free: GiB }) };
    const swap: PlanItem = { at: 'swap', changes: [{ kind: 'swap', path: '/swap', bytes: 4 * GiB }] };
    assert.match(told(await previewed([swap], small)), /^failed: No room for 4.0 GiB of swap at \/swap/);
    const [, step] = await previewed([...plan, swap], small);
    assert.equal(step && told([step]), 'due: does not exist: 4.0 GiB');
  });

  test('is nothing where the disk has not grown', async () => {
    const { host } = memoryDisk({ disk: 3 * 1024 * MiB + 2 * MiB });
    assert.equal(told(await previewed(plan, host)), 'holds: ');
  });
});

describe('a root that fills its disk', () => {
  const plain = (label: string, sectors: number) => {
    const host = memoryHost({
      files: {
        '/proc/self/mountinfo': '1 0 252:1 / / rw - ext4 /dev/vda1 rw\n',
        '/dev/vda': `${' '.repeat(512)}${label}`,
        '/dev/vda1': '',
        '/sys/class/block/vda/size': `${(5 * GiB) / 512}\n`,
        '/sys/class/block/vda1/size': `${sectors}\n`,
        '/sys/class/block/vda1/start': '2048\n',
        '/sys/class/block/vda1/partition': '1\n',
      },
      links: { '/sys/dev/block/252:1': '../../devices/virtio0/block/vda/vda1' },
      programs: { sfdisk: () => ({ code: 1, stderr: 'the table was read' }) },
    });
    // A directory of /sys is itself a link; a node of a memory host cannot be a link and contain files.
    const readLink = async (path: string) =>
      path === '/sys/class/block/vda1' ? '../../devices/virtio0/block/vda/vda1' : host.readLink(path);
    return { ...host, readLink };
  };
  const whole = (5 * GiB) / 512;
  for (const [claim, label, sectors, isRead] of [
    ['to the last whole MiB before the backup of its GPT is not read about', 'EFI PART', whole - 4096, false],
    ['to less than that is', 'EFI PART', whole - 6144, true],
    ['with a MiB to gain under an MBR is', 'no table', whole - 4096, true],
    ['to the last sector is not', 'no table', whole - 2048, false],
  ] as const) {
    test(claim, async () => {
      assert.equal(/the table was read/.test(told(await previewed(plan, plain(label, sectors)))), isRead);
    });
  }
});

describe('a root that cannot grow is named', () => {
  for (const [mountinfo, note] of [
    ['1 0 0:30 / / rw - overlay overlay rw', '/ is overlay, which has no partition of its own'],
    ['1 0 252:1 / /boot rw - ext4 /dev/vda1 rw', 'nothing is mounted on /'],
    ['1 0 252:9 / / rw - ext4 /dev/root rw', '/ lies on no block device'],
  ] as const) {
    test(note, async () => {
      const host = memoryHost({ files: { '/proc/self/mountinfo': `${mountinfo}\n` } });
      assert.equal(told(await previewed(plan, host)), `holds: ${note}`);
    });
  }

  test('one on a disk that a container may not read', async () => {
    const host = memoryHost({
      files: {
        '/proc/self/mountinfo': '1 0 252:0 / / rw - ext4 /dev/vda rw\n',
        '/dev/vda': '',
        '/sys/class/block/vda/size': '2048\n',
      },
      links: { '/sys/dev/block/252:0': '../../devices/virtual/block/vda' },
    });
    const readBytes = async () => {
      throw new Problem('file-failed', 'Cannot read /dev/vda: not permitted', { cause: { code: 'EPERM' } });
    };
    assert.equal(
      told(await previewed(plan, { ...host, readBytes })),
      'holds: the size of the ext4 file system on / cannot be determined',
    );
  });

  test('an encrypted one', async () => {
    const host = memoryHost({
      files: {
        '/proc/self/mountinfo': '1 0 253:0 / / rw - xfs /dev/mapper/luks rw\n',
        '/dev/dm-0': '',
        '/sys/class/block/dm-0/size': '2048\n',
        '/sys/class/block/dm-0/dm/uuid': 'CRYPT-LUKS2-00-luks\n',
      },
      links: { '/sys/dev/block/253:0': '../../devices/virtual/block/dm-0' },
      programs: { xfs_growfs: () => 'data     =                       bsize=4096   blocks=256, imaxpct=25' },
    });
    assert.equal(told(await previewed(plan, host)), 'holds: /dev/dm-0 is encrypted with LUKS, which is not grown');
  });
});
