import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unable } from './able.ts';
import { traced } from './tracing.ts';
import { treeLines } from './tree-hash.ts';

const seed = join(import.meta.dirname, '../../examples/seed-tree');
const userData = `#cloud-config
write_files:
- {path: /etc/a, content: "a\\n", permissions: '0600'}
- {path: /etc/deep/er/b, content: "b\\n"}
- {path: /etc/issue, content: "more", append: true}
- {path: /etc/empty}
mounts:
- [/dev/vdb, /data, ext4, "defaults,nofail", "0", "2"]
hostname: wn-1
manage_etc_hosts: true
yum_repos:
  one: {name: One, baseurl: "http://repo.example/one", gpgcheck: false}
`;
/** Paths in which runs may differ: the records of bootagent, and the status of the last run. */
const ours = (path: string) => path === '/run' || /^\/(run|var\/lib\/bootagent)(\/|$)/.test(path);
const calls = ['openat', 'write', 'fsync', 'fchmod', 'fchown', 'rename', 'mkdir', 'unlink', 'link', 'symlink'];

/**
 * Kills a run at its system calls, at up to `most` of them, and then runs it again: the tree must equal that of an uninterrupted
 * run, without leftovers.
 */
export function killedEverywhere(most: number): void {
  describe('a run that is killed, and run again', { skip: unable('strace'), timeout: 3_600_000 }, () => {
    const wanted = tree();
    run(wanted.root);
    const end = treeLines(wanted.root, ours);
    const issue = readFileSync(join(wanted.root, 'etc/issue'), 'utf8');
    wanted.done();

    const points = pointsOf();
    // Waking a thread is a write, and its number differs between runs: the last write numbers may not occur.
    const writes = Math.max(...points.map(([call, when]) => (call === 'write' ? when : 0)));
    const step = Math.max(1, points.length / most);
    const chosen = Array.from(
      { length: Math.min(most, points.length) },
      (_, index) => points[Math.floor(index * step)],
    );
    for (const point of chosen) {
      const [call = '', when = 0] = point ?? [];
      test(`at ${call} number ${when} ends as if it had not been`, () => {
        const { root, done } = tree();
        const killed = run(root, ['-e', `inject=${call}:signal=SIGKILL:when=${when}`]);
        const mayMiss = call === 'write' && when > writes - 5;
        if (!mayMiss) assert.notEqual(killed.status, 0, 'it was to be killed');
        const again = run(root);
        assert.equal(again.status, 0, again.out + again.err);
        assert.deepEqual(treeLines(root, ours), end);
        assert.match(run(root).out, /Nothing was due/);
        done();
      });
    }
    test('is killed where it matters', () => {
      assert.ok(points.length > 60, `${points.length} points`);
      assert.ok(end.length > 10);
      assert.equal(issue, 'Welcome\nmore');
    });
  });
}

function tree(): { root: string; done(): void } {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-kill-'));
  cpSync(seed, root, { recursive: true });
  // A file with an appended line: a repeated run must not append twice.
  writeFileSync(join(root, 'etc/issue'), 'Welcome\n');
  return { root, done: () => rmSync(root, { recursive: true }) };
}

const run = (root: string, inject: readonly string[] = []) =>
  traced(['run', '--root', root, '--user-data', '-'], ['-e', `trace=${calls.join(',')}`, ...inject], userData);

/**
 * Returns each call of a whole run that touches the tree, as its name and its number among calls of that name in the main thread.
 */
function pointsOf(): [string, number][] {
  const { root, done } = tree();
  const { calls: made } = run(root);
  done();
  const main = made[0]?.split(' ')[0];
  const counts = new Map<string, number>();
  return made.flatMap((line) => {
    const [, thread, call = ''] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (thread !== main || call === '') return [];
    const when = (counts.get(call) ?? 0) + 1;
    counts.set(call, when);
    const touches = line.includes(root) && !(call === 'openat' && !/O_(WRONLY|RDWR|CREAT|APPEND)/.test(line));
    const byFd = /\/proc\/self\/fd\/\d+/.test(line) && !(call === 'openat' && !/O_(WRONLY|RDWR|CREAT)/.test(line));
    return touches || byFd ? [[call, when] as [string, number]] : [];
  });
}
