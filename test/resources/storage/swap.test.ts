import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ChangeOf, PlanItem } from '../../../agent/engine/change.ts';
import type { Step } from '../../../agent/engine/step.ts';
import { usedBytes } from '../../../agent/resources/storage/swap-file.ts';
import { GiB, good, MiB, type SwapMachine, swapMachine } from '../../support/disks/memory-swap.ts';
import { applied, laws, previewed } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';

const plan = (own: Partial<ChangeOf<'swap'>> = {}): PlanItem[] => [
  { at: 'swap', changes: [{ kind: 'swap', path: '/swap', bytes: 2 * GiB, ...own }] },
];
const existing: PlanItem[] = [{ at: 'mounts[0]', changes: [{ kind: 'swap', path: '/swap' }] }];

const told = ([step]: readonly Step[]): string => {
  if (step?.outcome === 'failed') return `failed: ${step.problem.message}`;
  const why = step && 'difference' in step ? `: ${step.difference.why}` : '';
  const note = step && 'note' in step ? ` (${step.note})` : '';
  return `${step?.outcome}${why}${note}`;
};
const ran = ({ host }: SwapMachine): string[] =>
  host.did.filter((each) => each.startsWith('run ')).map((each) => each.slice(4));

laws('a swap file', plan(), () => swapMachine().host);
laws('a swap file that is there', existing, () => swapMachine({ files: { '/swap': good(GiB) } }).host);

test('swap below a directory that is a link is in use by its real path', async () => {
  const host = memoryHost({
    files: { '/var/mnt/swap': '', '/proc/swaps': 'Filename Type Size Used\n/var/mnt/swap file 1020 0 -2\n' },
    links: { '/mnt': 'var/mnt' },
  });
  assert.equal(await usedBytes('/mnt/swap', host), 1020 * 1024);
  assert.equal(await usedBytes('/mnt/swap2', host), undefined);
});

describe('a swap file', () => {
  test('is made under another name, and is only root’s before it is swap', async () => {
    const machine = swapMachine();
    assert.equal(told(await applied(plan(), machine.host)), 'made: does not exist: 2.0 GiB');
    assert.deepEqual(ran(machine), [
      `fallocate -l ${2 * GiB} /swap.bootagent-part`,
      'mkswap /swap.bootagent-part',
      'mv -T /swap.bootagent-part /swap',
      'swapon /swap',
    ]);
    assert.equal(machine.host.mode('/swap'), '0600');
  });

  test('is of whole pages', async () => {
    const machine = swapMachine();
    await applied(plan({ bytes: 6_000_000_001 }), machine.host);
    assert.equal(machine.contents.get('/swap')?.size, 5_999_996_928);
  });

  for (const [name, own, how] of [
    ['is never copied on write on btrfs', { type: 'btrfs' }, /^chattr \+C .*\nfallocate/],
    ['is written out where fallocate leaves holes', { holes: true }, /^fallocate .*\ndd if=\/dev\/zero/],
    [
      'is written out where there is no fallocate',
      { programs: { fallocate: () => ({ code: 1, stderr: 'fallocate failed: Operation not supported' }) } },
      /^fallocate .*\ndd if=\/dev\/zero/,
    ],
    [
      'is made anew of zeros where the kernel refuses it',
      { refuses: true },
      /swapon \/swap\ndd if=\/dev\/zero[\s\S]*swapon \/swap$/,
    ],
  ] as const) {
    test(name, async () => {
      const machine = swapMachine(own);
      assert.match(told(await applied(plan(), machine.host)), /^made/);
      assert.match(ran(machine).join('\n'), how);
    });
  }

  test('is written out on xfs by an old kernel', async () => {
    const machine = swapMachine({ type: 'xfs' });
    const { readText } = machine.host;
    const old = async (path: string) => (path.endsWith('osrelease') ? '3.10.0-1160.el7\n' : readText(path));
    await applied(plan(), { ...machine.host, readText: old });
    assert.match(ran(machine)[0] ?? '', /^dd /);
  });

  for (const [name, files, used, expected, first] of [
    ['that is good is put to use', { '/swap': good(2 * GiB) }, [], 'made: is not in use', 'swapon /swap'],
    ['that is good and in use is left alone', { '/swap': good(2 * GiB) }, ['/swap'], 'holds', undefined],
    [
      'that a run left unfinished is made again',
      { '/swap': { size: GiB, allocated: GiB, swap: false } },
      [],
      'made: is unfinished: 2.0 GiB',
      `fallocate -l ${2 * GiB} /swap.bootagent-part`,
    ],
    [
      'of another size is made again',
      { '/swap': good(GiB) },
      ['/swap'],
      'made: is of 1.0 GiB, not 2.0 GiB',
      'swapoff /swap',
    ],
    [
      'with holes is made again',
      { '/swap': { ...good(2 * GiB), allocated: MiB } },
      [],
      'made: has holes',
      `fallocate -l ${2 * GiB} /swap.bootagent-part`,
    ],
  ] as const) {
    test(name, async () => {
      const machine = swapMachine({ files, used, modes: { '/swap': 0o600 } });
      assert.equal(told(await applied(plan(), machine.host)), expected);
      assert.equal(ran(machine)[0], first);
    });
  }

  test('whose size was only advised is left alone', async () => {
    const machine = swapMachine({ files: { '/swap': good(GiB) }, used: ['/swap'], modes: { '/swap': 0o600 } });
    assert.equal(told(await applied(plan({ advised: true }), machine.host)), 'holds');
  });

  for (const [name, own, change, message] of [
    [
      'leaves a tenth of a small disk, and at least a gigabyte of a large one',
      { freeBytes: 2.5 * GiB },
      {},
      'No room for 2.0 GiB of swap at /swap: 2.5 GiB are free and 1.0 GiB of them stay free',
    ],
    ['is not made in memory', {}, { path: '/tmp/swap' }, '/tmp/swap would lie on tmpfs, where no swap file can be'],
    [
      'is not made of somebody’s data',
      { files: { '/swap': { size: MiB, allocated: MiB, swap: false, data: 'letters' } } },
      {},
      '/swap holds something other than swap; it is left unchanged',
    ],
  ] as const) {
    test(`${name}: refused before anything is done`, async () => {
      const machine = swapMachine(own);
      assert.equal(told(await previewed(plan(change), machine.host)), `failed: ${message}`);
      assert.equal(told(await applied(plan(change), machine.host)), `failed: ${message}`);
      assert.deepEqual(machine.host.did, []);
    });
  }

  test('that could not be made leaves nothing behind', async () => {
    const full = { fallocate: () => ({ code: 1, stderr: 'fallocate failed: No space left on device' }) };
    const machine = swapMachine({ programs: full });
    assert.match(told(await applied(plan(), machine.host)), /^failed: No room for 2.0 GiB of swap at \/swap/);
    assert.equal(await machine.host.stat('/swap.bootagent-part'), undefined);
  });
});

describe('swap that is only to be used', () => {
  test('is made unreadable to others, and that is told', async () => {
    const machine = swapMachine({ files: { '/swap': good(GiB) } });
    assert.equal(
      told(await applied(existing, machine.host)),
      'made: is not in use (/swap can be read by others: now only root can)',
    );
    assert.equal(machine.host.mode('/swap'), '0600');
  });

  test('and that the kernel refuses for its holes is made again of the same size', async () => {
    const machine = swapMachine({ type: 'btrfs', files: { '/swap': good(GiB) }, refuses: true });
    assert.match(told(await applied(existing, machine.host)), /^made/);
    assert.deepEqual(machine.contents.get('/swap'), good(GiB));
  });

  test('is named where it is not there', async () => {
    assert.equal(told(await previewed(existing, swapMachine().host)), 'due: is not in use');
    assert.equal(told(await applied(existing, swapMachine().host)), 'failed: There is no /swap to use as swap');
  });

  test('and that a script left empty is made swap', async () => {
    const machine = swapMachine({ files: { '/swap': { size: GiB, allocated: GiB, swap: false } } });
    assert.match(told(await applied(existing, machine.host)), /^made: is not in use/);
    assert.deepEqual(machine.contents.get('/swap'), good(GiB));
  });

  test('is named where it is no swap', async () => {
    const files = { '/swap': { size: GiB, allocated: GiB, swap: false, data: 'letters' } };
    assert.equal(told(await applied(existing, swapMachine({ files }).host)), 'failed: /swap is not a swap file');
  });
});
