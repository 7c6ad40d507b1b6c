import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatherFacts } from '../../agent/facts/gather.ts';
import { memoryHost } from '../support/memory-host.ts';

const machine = (hostname: string, system: string, swap = '') =>
  memoryHost({
    files: {
      '/proc/sys/kernel/hostname': `${hostname}\n`,
      '/proc/swaps': `Filename Type Size Used Priority\n${swap}`,
      '/etc/os-release': `ID=${system}\n`,
      '/etc/passwd': `${system}:x:1000:1000::/:/bin/sh\n`,
      '/usr/bin/dnf': '',
    },
    directories: ['/usr/bin'],
  });

test('gathered again without a change, volatile facts are read again, and lasting ones are not', async () => {
  const host = machine('one', 'rocky');
  const before = await gatherFacts(host, host);
  assert.deepEqual([before.hostname, before.os.id, before.programs], ['one', 'rocky', ['dnf']]);
  const later = machine('two', 'debian', '/swapfile file 1024 0 -2\n');
  const after = await gatherFacts(later, later, before);
  assert.deepEqual([after.hostname, after.swaps.length, after.users[0]?.name], ['two', 1, 'debian']);
  assert.deepEqual([after.os, after.programs], [before.os, before.programs]);
  assert.equal((await gatherFacts(later, later)).os.id, 'debian');
});

test('what only root may see counts as there without root, and is unknown where root may not either', async () => {
  const refused = Object.assign(new Error('permission denied'), { code: 'EACCES' });
  const stat = async (path: string) => (path.startsWith('/root/') ? Promise.reject(refused) : undefined);
  const user = { ...memoryHost(), stat, privileged: false };
  assert.deepEqual((await gatherFacts(user, user)).paths, [
    '/root/anaconda-ks.cfg',
    '/root/initial-setup-ks.cfg',
    '/root/original-ks.cfg',
  ]);
  const root = { ...user, privileged: true };
  const facts = await gatherFacts(root, root);
  assert.deepEqual(facts.paths, []);
  assert.match(facts.unknown?.paths ?? '', /permission denied/);
});

test('a loop device is a disk where a file stands behind it', async () => {
  const host = memoryHost({
    files: {
      '/sys/block/loop0/size': '2048\n',
      '/sys/block/loop1/size': '2048\n',
      '/sys/class/block/loop1/loop/backing_file': '/disk\n',
    },
  });
  assert.deepEqual(
    (await gatherFacts(host, host)).disks.map(({ path }) => path),
    ['/dev/loop1'],
  );
});
