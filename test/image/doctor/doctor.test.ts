import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Contents } from '../../../agent/block/superblocks.ts';
import { checks } from '../../../agent/image/doctor/checks.ts';
import type { Layout, Slice } from '../../../agent/image/doctor/disk-layout.ts';
import { type CheckFinding, examine } from '../../../agent/image/doctor/examine.ts';
import { fixes } from '../../../agent/image/doctor/fix.ts';
import { readImage } from '../../../agent/image/image.ts';
import type { Sealing } from '../../../agent/image/seal/plan.ts';
import { disk, type Fault, faults } from '../../support/faults.ts';
import { applied } from '../../support/laws.ts';
import { type MemoryHost, memoryHost } from '../../support/memory-host.ts';
import { together, trees } from '../../support/trees.ts';

const sealingOf = async (host: MemoryHost): Promise<Sealing> => ({
  image: await readImage(host),
  foreign: [],
  session: [],
});

async function examined(host: MemoryHost, at: Layout | { notChecked: string } = disk): Promise<CheckFinding[]> {
  const findings = await examine(checks, { tree: { host, sealing: await sealingOf(host) }, disk: at });
  assert.deepEqual(host.did, []);
  return findings;
}

const found = (findings: readonly CheckFinding[]) =>
  Object.fromEntries(findings.flatMap((each) => (each.is === 'found' ? [[each.check.name, each.what]] : [])));
const notChecked = (findings: readonly CheckFinding[]) =>
  findings.filter(({ is }) => is === 'not-checked').map(({ check }) => check.name);

function planted({ family, over = {}, without = [] }: Fault): MemoryHost {
  const host = memoryHost({ ...together(trees[family] ?? {}, over), programs: over.programs ?? {}, offline: true });
  for (const path of without) host.nodes.delete(path);
  return host;
}

describe('a clean image', () => {
  for (const [family, tree] of Object.entries(trees)) {
    test(`of ${family}: no findings`, async () => {
      const findings = await examined(memoryHost({ ...tree, offline: true }));
      assert.deepEqual(found(findings), {});
      // The oldest families keep the agent of their image.
      assert.deepEqual(notChecked(findings), ['el6', 'el7'].includes(family) ? ['agent-enabled'] : []);
    });
  }
});

describe('a fault is found by one check alone', () => {
  for (const fault of faults) {
    test(`${fault.check} (${fault.family}): ${fault.says[0]}`, async () => {
      assert.deepEqual(found(await examined(planted(fault), { ...disk, ...fault.disk })), {
        [fault.check]: fault.says,
      });
    });
  }

  test('and each check finds one', () => {
    const without = checks.filter(({ name }) => !faults.some(({ check }) => check === name));
    assert.deepEqual(
      without.map(({ name }) => name),
      [],
    );
  });
});

describe('the disks that distributions ship', () => {
  const GiB = 2 ** 30;
  const slice = (number: number, is: Slice['is'], start: number, size: number, type?: Contents['type']): Slice => ({
    number,
    is,
    start,
    size,
    type: '',
    contents: type ? { type, ...(is === 'root' && type !== 'lvm' ? { size } : {}) } : undefined,
  });
  for (const [name, slices] of [
    [
      'Rocky 10: EFI, /boot, PReP, biosboot, root on xfs',
      [
        slice(1, 'firmware', 2 ** 20, 2 ** 27, 'fat'),
        slice(2, 'boot', 2 ** 28, GiB, 'xfs'),
        slice(3, 'firmware', 2 * GiB, 2 ** 22),
        slice(4, 'firmware', 2.1 * GiB, 2 ** 20),
        slice(5, 'root', 3 * GiB, 6 * GiB, 'xfs'),
      ],
    ],
    [
      'Oracle 9: EFI, /boot, LVM',
      [
        slice(1, 'firmware', 2 ** 20, 2 ** 27, 'fat'),
        slice(2, 'boot', 2 ** 28, 2 * GiB, 'xfs'),
        slice(3, 'root', 3 * GiB, 6 * GiB, 'lvm'),
      ],
    ],
  ] as const) {
    test(`have no findings: ${name}`, async () => {
      const findings = await examined(planted({ check: '', family: 'el10', says: [] }), {
        ...disk,
        table: 'gpt',
        slices,
      });
      assert.deepEqual(found(findings), {});
    });
  }
});

describe('what cannot be seen is not checked', () => {
  test('a disk that was not named', async () => {
    const findings = await examined(planted({ check: '', family: 'el9', says: [] }), { notChecked: 'no disk' });
    const names = ['root-grows', 'root-alone', 'swap-partition', 'table-fits', 'filesystem-fills', 'bootloader'];
    assert.deepEqual(notChecked(findings), names);
  });

  test('a tree without kernel, boot menu or passwords', async () => {
    const host = memoryHost({ offline: true, files: { '/etc/os-release': 'ID=debian\n' } });
    const findings = await examined(host);
    for (const name of [
      'serial-console',
      'acpi-hotplug',
      'growth-kernel',
      'root-locked',
      'weak-password',
      'sshd-enabled',
    ]) {
      assert.ok(notChecked(findings).includes(name), name);
    }
  });

  test('a password whose hash cannot be tried', async () => {
    const over = { files: { '/etc/shadow': 'root:!:0:::::\nsshd:$y$j9T$abc$def:0:::::\n' } };
    assert.deepEqual(notChecked(await examined(planted({ check: '', family: 'el9', over, says: [] }))), [
      'weak-password',
    ]);
  });

  test('an old hash that begins like a lock is a password still', async () => {
    const over = { files: { '/etc/shadow': 'root:xyJ5gGf1rRj4c:0:::::\n' } };
    const findings = await examined(planted({ check: '', family: 'el9', over, says: [] }));
    assert.equal(findings.find(({ check }) => check.name === 'root-locked')?.is, 'found');
    assert.deepEqual(notChecked(findings), ['weak-password']);
  });

  test('what may not be read', async () => {
    const host = planted({ check: '', family: 'el9', says: [] });
    const refused = { ...host, list: async () => Promise.reject(new Error('permission denied')) };
    const findings = await examine(checks, { tree: { host: refused, sealing: await sealingOf(host) }, disk });
    const keys = findings.find(({ check }) => check.name === 'ssh-host-keys');
    assert.deepEqual(keys?.is === 'not-checked' && keys.because, 'permission denied');
  });
});

test('every check says why, and how to fix it', () => {
  const names = checks.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { why, fix, source } of checks) assert.ok(why.endsWith('.') && fix !== '' && source !== '');
});

describe('what the doctor fixes', () => {
  const fixable = faults.filter(({ check }) => checks.some((each) => each.name === check && 'changes' in each));
  for (const fault of fixable) {
    test(`${fault.check} (${fault.family}): ${fault.says[0]}`, async () => {
      const host = planted(fault);
      const look = async () => ({ host, sealing: await sealingOf(host) });
      const plan = await fixes(await examined(host), await look());
      await applied(plan, host);
      const left = await examine(checks, { tree: await look(), disk });
      // A file that disables the agent may be intended.
      assert.deepEqual(found(left), fault.check === 'agent-enabled' ? { 'agent-enabled': [fault.says[1]] } : {});
      assert.equal((await applied(plan, host)).filter(({ outcome }) => outcome === 'made').length, 0);
    });
  }

  test('is nothing on a clean image', async () => {
    const host = planted({ check: '', family: 'el9', says: [] });
    assert.deepEqual(await fixes(await examined(host), { host, sealing: await sealingOf(host) }), []);
  });
});
