import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isQuery, queries } from '../../agent/host/queries.ts';
import { unable } from '../support/able.ts';
import { loopDisk, run } from '../support/disks/loop-disk.ts';

const lvm = ['--readonly', '--nolocking', '--config', 'devices{hints="none"}', '--reportformat', 'json', '-o'];

/** Each command that a plan may run, with the arguments that make it read only; some read a disk or its mount. */
const asked: readonly ((where: { disk: string; mount: string; rpms: string }) => readonly string[])[] = [
  ({ disk }) => ['sfdisk', '--dump', disk],
  ({ disk }) => ['blkid', '-p', '-c', '/dev/null', '-o', 'export', `${disk}p1`],
  ({ disk }) => ['blkid', '-p', '-c', '/dev/null', '-o', 'export', disk],
  ({ mount }) => ['xfs_growfs', '-n', mount],
  () => ['lvs', ...lvm, 'vg_name', '--segments'],
  () => ['pvs', ...lvm, 'pv_name'],
  () => ['stat', '--format=%C %n', '/etc/passwd'],
  () => ['locale', '-a'],
  () => ['dpkg-query', '--show', `-f=\${db:Status-Abbrev} \${Package}\\n`],
  ({ rpms }) => [...asNobody, 'rpm', '--query', '--dbpath', rpms, '--all'],
  ({ rpms }) => [...asNobody, 'rpm', '--query', '--dbpath', `${rpms}/no-such`, 'glibc'],
  () => ['systemctl', 'is-active', 'autofs.service'],
  () => ['systemctl', 'is-enabled', 'autofs.service'],
  () => ['systemctl', 'show', '--property=Id,Job', 'autofs.service'],
  () => ['systemctl', 'show', '--property=ActiveState,Job', 'autofs.service'],
  () => ['systemd-creds', 'decrypt', '--newline=no', '--name=none', '/etc/hostname'],
  ...['metadata', 'userdata', 'vendordata']
    .flatMap((key) => [key, `${key}.encoding`])
    .concat('ovfEnv')
    .flatMap((key) => [
      () => ['vmware-rpctool', `info-get guestinfo.${key}`],
      () => ['vmtoolsd', '--cmd', `info-get guestinfo.${key}`],
    ]),
];
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** Returns an rpm database as root leaves it, readable for every user. */
function packages(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'bootagent-rpms-'));
  chmodSync(path, 0o755);
  run('rpm', '--initdb', '--dbpath', path);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

/** Calls that change a file, and opens that could. */
const changing =
  /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|^\d+ (?:creat|rename|link|symlink|unlink|mkdir|rmdir|chmod|fchmod|chown|fchown|truncate|ftruncate|mknod|utime)\w*\(/;
/** Paths that store nothing. */
const nowhere = /"\/dev\/(?:null|tty)"|"\/proc\/self\//;

/** Returns the calls of a program that change something. */
function changesBy(argv: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-trace-'));
  const trace = join(folder, 'trace');
  const words = ['-f', '-qq', '-o', trace, '-e', 'trace=%file,fchmod,fchown,ftruncate', ...argv];
  const { error } = spawnSync('strace', words);
  const calls = readFileSync(trace, 'utf8').split('\n');
  rmSync(folder, { recursive: true });
  assert.equal(error, undefined);
  assert.ok(calls.length > 3, calls.join('\n'));
  return calls.filter((call) => changing.test(call) && !nowhere.test(call) && !call.includes(' = -1 '));
}

describe('a query writes nothing', {
  skip: unable('strace', 'rpm', 'setpriv', 'lvs', 'mkfs.xfs', 'vmware-rpctool', 'vmtoolsd'),
}, () => {
  for (const words of asked) {
    test(words({ disk: 'DISK', mount: 'MOUNT', rpms: 'RPMS' }).join(' '), () => {
      using disk = loopDisk(2 ** 30, 'label: gpt\nstart=1MiB\n');
      using rpms = packages();
      run('mkfs.xfs', '-q', '-f', disk.part(1));
      const argv = words({ disk: disk.path, mount: disk.mount(1), rpms: rpms.path });
      assert.ok(isQuery(argv));
      assert.deepEqual(changesBy(argv), []);
    });
  }

  test('and each that a plan may run is among these', () => {
    const all = asked.map((words) => words({ disk: '', mount: '', rpms: '' }));
    for (const query of queries) {
      assert.ok(
        all.some((argv) => query.every((word, index) => argv[index] === word)),
        query.join(' '),
      );
    }
  });

  test('which the same trace sees of those that do', () => {
    using disk = loopDisk(2 ** 30, 'label: gpt\nstart=1MiB\n');
    assert.notDeepEqual(changesBy(['sfdisk', '--no-reread', '--part-label', disk.path, '1', 'x']), []);
    using rpms = packages();
    assert.notDeepEqual(changesBy(['rpm', '--query', '--dbpath', rpms.path, '--all']), [], 'as root it leaves a log');
  });
});
