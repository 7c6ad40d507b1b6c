import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Host } from '../../../agent/host/host.ts';
import { install } from '../../../agent/resources/packages/install.ts';
import { lockHolder } from '../../../agent/resources/packages/lock-holder.ts';
import type { Manager } from '../../../agent/resources/packages/managers.ts';
import { memoryHost } from '../../support/memory-host.ts';

const lock = '/var/lib/dpkg/lock-frontend';
/** The lock as the kernel lists it; files in memory have the inode 1. */
const lockOf = (inode: number) => `1: POSIX  ADVISORY  WRITE 55 00:2a:${inode} 0 EOF`;
const locked = lockOf(1);
/** A machine on which process 55 has locked a file. */
const held = (path = lock, info = `pos:\t0\nlock:\t${locked}\n`) => ({
  files: {
    '/proc/locks': `${locked}\n2: POSIX  ADVISORY  READ 56 00:2a:1 0 EOF\n2: -> POSIX  ADVISORY  WRITE 57 00:2a:1 0 EOF\n`,
    '/proc/55/comm': 'unattended-upgr\n',
    '/proc/55/fdinfo/3': 'pos:\t0\n',
    '/proc/55/fdinfo/4': info,
    [path]: '',
  },
  links: { '/proc/55/fd/3': '/etc/passwd', '/proc/55/fd/4': path },
});

/** Returns a machine whose lock is released after some time. */
function machine(heldMs: number): { readonly host: Host; readonly runs: () => readonly string[] } {
  const programs = { 'apt-get': () => '', timedatectl: () => 'yes\n' };
  const base = memoryHost({ programs, ...held() });
  const since = base.now();
  const host: Host = {
    ...base,
    readText: async (path) => (path === '/proc/locks' && base.now() - since >= heldMs ? '' : base.readText(path)),
  };
  return { host, runs: () => base.did.filter((each) => each.startsWith('run apt-get')) };
}

async function installed(heldMs: number, lockTimeoutMs?: number) {
  const { host, runs } = machine(heldMs);
  const waits: string[] = [];
  const waiting = (what: string, ms: number, ended: boolean) =>
    void waits.push(`${what} ${ms / 1000}${ended ? ' ended' : ''}`);
  const error = await install('apt', ['one', 'two'], host, { waiting, lockTimeoutMs }).catch((problem) => problem);
  return { waits, error, runs: runs().length };
}

describe('the lock of a package manager', () => {
  for (const [name, manager, given, expected] of [
    ['a lock on the file of dpkg', 'apt', held(), { path: lock, pid: '55', name: 'unattended-upgr' }],
    ['an open file without a lock', 'apt', held(lock, 'pos:\t0\n'), undefined],
    ['a lock on the file of a container', 'apt', held(lock, `lock:\t${lockOf(1234)}\n`), undefined],
    ['a lock on another file', 'apt', held('/var/lib/other'), undefined],
    ['a lock of another package manager', 'dnf', held(), undefined],
    [
      'a lock of rpm',
      'dnf',
      held('/usr/lib/sysimage/rpm/.rpm.lock'),
      { path: '/usr/lib/sysimage/rpm/.rpm.lock', pid: '55', name: 'unattended-upgr' },
    ],
    [
      'the process id that dnf 4 writes',
      'dnf',
      { files: { '/var/cache/dnf/metadata_lock.pid': '812\n', '/proc/812/comm': 'dnf\n' } },
      { path: '/var/cache/dnf/metadata_lock.pid', pid: '812', name: 'dnf' },
    ],
    ['the id of a process that has ended', 'dnf', { files: { '/var/lib/dnf/rpmdb_lock.pid': '812' } }, undefined],
    ['a file of something else', 'yum', { files: { '/run/yum.pid': '../1', '/proc/1/comm': 'x' } }, undefined],
    ['nothing', 'yum', {}, undefined],
  ] as const) {
    test(`is seen from ${name}: ${expected?.name ?? 'free'}`, async () => {
      assert.deepEqual(await lockHolder(manager as Manager, memoryHost(given)), expected);
    });
  }

  test('is waited for before the package manager starts, with its holder, from begin to end', async () => {
    const { waits, error, runs } = await installed(25_000);
    const what = 'waiting for the apt lock held by unattended-upgr (process 55)';
    assert.equal(error, undefined);
    assert.deepEqual(waits, [`${what} 0`, `${what} 10`, `${what} 20`, `${what} 25 ended`]);
    assert.equal(runs, 2, 'the lists and the packages');
  });

  test('that is held for longer fails all packages once, with its holder, and starts nothing', async () => {
    const { waits, error, runs } = await installed(60_000, 15_000);
    assert.equal(error.code, 'package-manager-locked');
    assert.equal(error.message, `unattended-upgr (process 55) still holds ${lock} after 15 s`);
    assert.equal(runs, 0);
    assert.match(waits.at(-1) ?? '', / 15 ended$/);
  });

  test('that is free costs no wait and no notice', async () => {
    const { waits, error } = await installed(0);
    assert.deepEqual([waits, error], [[], undefined]);
  });
});
