import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change, PlanItem } from '../../../agent/engine/change.ts';
import { applied, laws, previewed } from '../../support/laws.ts';
import { type Given, memoryHost } from '../../support/memory-host.ts';

const plan = (...changes: readonly Change[]): PlanItem[] =>
  changes.map((change) => ({ at: change.kind, changes: [change] }));

const tree: Given = {
  files: {
    '/tmp/a/one': '1',
    '/tmp/a/two': '2',
    '/tmp/b': '3',
    '/tmp/keep/x': '4',
    '/var/log/messages': 'old',
    '/var/log/empty': '',
    '/etc/ifcfg-eth0': 'DEVICE=eth0\nHWADDR=52:54:00:00:00:01\n  UUID="1"\nONBOOT=yes',
    '/etc/ifcfg-eth1': 'DEVICE=eth1\n#HWADDR=x\n',
    '/swap': 'zeros',
    '/outside/secret': 's',
  },
  links: { '/tmp/out': '/outside', '/var/log/out': '/outside/secret' },
};
const all = plan(
  { kind: 'removed', globs: ['/tmp/*', '/tmp/a/*'], except: ['/tmp/keep'] },
  { kind: 'emptied', globs: ['/var/log/**'] },
  { kind: 'without-lines', globs: ['/etc/ifcfg-*'], lines: '\\s*(HWADDR|UUID)=' },
  { kind: 'removed-swap', path: '/swap' },
);
laws('what an image forgets', all, () => memoryHost({ ...tree, offline: true }));

describe('removing and emptying', () => {
  test('touches what matches, and neither what links point to nor what is excepted', async () => {
    const host = memoryHost({ ...tree, offline: true });
    await applied(all, host);
    assert.deepEqual(host.did, [
      'remove /tmp/a',
      'remove /tmp/b',
      'remove /tmp/out',
      'truncate /var/log/messages',
      'write /etc/ifcfg-eth0',
      'remove /swap',
    ]);
    assert.equal(host.text('/etc/ifcfg-eth0'), 'DEVICE=eth0\nONBOOT=yes');
    assert.equal(host.text('/outside/secret'), 's');
  });

  test('tells each path', async () => {
    const [step] = await previewed(all, memoryHost({ ...tree, offline: true }));
    assert.deepEqual(step?.outcome === 'due' && step.difference, {
      why: '3 are there',
      will: 'remove 3 paths',
      paths: ['/tmp/a', '/tmp/b', '/tmp/out'],
    });
  });

  test('stays on the file system: a folder that something is mounted in loses the rest', async () => {
    const files = { '/tmp/a/mnt/far': 'x', '/tmp/a/near': 'y', '/tmp/a/deep/near': 'z' };
    const host = memoryHost({ files, devices: { '/tmp/a/mnt': '0:44' } });
    await applied(plan({ kind: 'removed', globs: ['/tmp/*'] }), host);
    assert.deepEqual(host.did, ['remove /tmp/a/deep', 'remove /tmp/a/near']);
    assert.equal(host.text('/tmp/a/mnt/far'), 'x');
  });

  test('goes around what is excepted inside a folder that matches', async () => {
    const files = { '/tmp/a/keep/x': '1', '/tmp/a/drop': '2' };
    const host = memoryHost({ files });
    await applied(plan({ kind: 'removed', globs: ['/tmp/*'], except: ['/tmp/a/keep'] }), host);
    assert.deepEqual(host.did, ['remove /tmp/a/drop']);
  });

  test('takes a swap file out of use first, on a machine that runs', async () => {
    const files = { '/swap': 'zeros', '/proc/swaps': 'Filename Type Size\n/swap file 4 0 -2\n' };
    const host = memoryHost({ files, programs: { swapoff: () => '' } });
    await applied(plan({ kind: 'removed-swap', path: '/swap' }), host);
    assert.deepEqual(host.did, ['run swapoff /swap', 'remove /swap']);
  });

  test('switches off a swap file that the kernel shows under another path', async () => {
    const swaps = 'Filename Type Size Used Priority\n/var/mnt/swap\\040file file 1 0 -2\n';
    const host = memoryHost({
      files: { '/proc/swaps': swaps, '/var/mnt/swap file': 'x' },
      links: { '/mnt': '/var/mnt' },
      programs: { swapoff: () => '' },
    });
    await applied(plan({ kind: 'removed-swap', path: '/mnt/swap file' }), host);
    assert.equal(host.did[0], 'run swapoff /mnt/swap file');
  });
});
