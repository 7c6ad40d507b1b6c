import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { asProblem } from '../../agent/base/problem.ts';
import { linux } from '../../agent/host/linux.ts';
import { authorizedKeysHandler } from '../../agent/resources/ssh/authorized-keys.ts';
import { unable } from './support/sandbox.ts';

const rounds = 10_000;
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V';

/** The owner of a home as an attacker on writes in it: alternately replaces .ssh, and the file in it, with links. */
const attacker = `
  my ($home) = @ARGV; chdir $home; my ($n, $over) = (0, 0);
  $SIG{TERM} = sub { $over = 1 };
  until ($over) {
    $n++;
    if ($n % 2) { rename ".ssh", "junk$n"; symlink "../../victim", ".ssh"; unlink ".ssh"; mkdir ".ssh"; }
    else { unlink ".ssh/authorized_keys"; symlink "../../../victim/secret", ".ssh/authorized_keys"; unlink ".ssh/authorized_keys"; }
    system("rm", "-rf", glob("junk*")) if $n % 500 == 0;
  }
  print $n;`;

test(`${rounds} writes in a home whose owner turns it into links: nothing outside is touched`, {
  skip: unable('perl', 'setpriv'),
}, async (t) => {
  const root = mkdtempSync('/dev/shm/bootagent-race-');
  try {
    for (const each of ['etc', 'home', 'home/eve', 'victim']) mkdirSync(join(root, each));
    chmodSync(root, 0o755);
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\neve:x:1234:1234::/home/eve:/bin/sh\n');
    writeFileSync(join(root, 'victim/secret'), 'precious\n', { mode: 0o640 });
    chownSync(join(root, 'home/eve'), 1234, 1234);
    chmodSync(join(root, 'victim'), 0o755);
    const state = (path: string) => {
      const { uid, gid, mode, ino } = lstatSync(join(root, path));
      return { uid, gid, mode, ino };
    };
    const before = [state('victim'), state('victim/secret'), state('etc'), state('home')];
    const host = linux({ root, offline: true });
    const words = ['--reuid=1234', '--regid=1234', '--clear-groups', 'perl', '-e', attacker];
    const eve = spawn('setpriv', [...words, join(root, 'home/eve')], { stdio: ['ignore', 'pipe', 'ignore'] });
    const turns = text(eve.stdout);
    const met = { written: 0, refused: 0, turned: 0 };
    try {
      for (let round = 0; round < rounds; round++) {
        try {
          await authorizedKeysHandler.apply({ kind: 'authorized-keys', user: 'eve', keys: [key] }, host);
          met.written++;
        } catch (error) {
          assert.ok(['unsafe-path', 'file-failed'].includes(asProblem(error).code), String(asProblem(error).stack));
          met.refused++;
        }
      }
    } finally {
      eve.kill('SIGTERM');
    }
    met.turned = Number(await turns);
    assert.deepEqual([state('victim'), state('victim/secret'), state('etc'), state('home')], before);
    assert.deepEqual(readdirSync(join(root, 'victim')), ['secret']);
    assert.equal(readFileSync(join(root, 'victim/secret'), 'utf8'), 'precious\n');
    // A race that was never lost, or never happened, would prove nothing.
    assert.ok(met.written > 0 && met.refused > 0 && met.turned >= rounds, JSON.stringify(met));
    t.diagnostic(JSON.stringify(met));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
