import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { unable } from './able.ts';
import { agent } from './command-line.ts';
import { treeLines } from './tree-hash.ts';

const seed = join(import.meta.dirname, '../../examples/seed-tree');
const programs = ['groupadd', 'useradd', 'usermod', 'chpasswd'];
const userData = `#cloud-config
groups: [{grid: [root]}]
users:
- {name: aliprod, uid: 355, primary_group: aliprod, homedir: /srv/aliprod, groups: [grid]}
- {name: ann, gecos: Ann, groups: [grid], hashed_passwd: "$6$salt$of-ann", lock_passwd: false, expiredate: 2099-01-31}
- {name: condor, shell: /bin/sh, lock_passwd: true}
`;
const words = ['run', '--user-data', '-', '--only', 'users', '--root'];
/** Paths in which runs may differ: bootagent's own records, and the backups that shadow-utils keep of each table. */
const aside = (path: string) =>
  path === '/run' || /^\/(run|var\/lib\/bootagent)(\/|$)/.test(path) || /^\/etc\/\w+-$/.test(path);

/** The system calls by which these programs change the tree. */
const calls =
  'openat,write,rename,link,unlink,mkdir,chmod,fchmod,chown,fchown,lchown,utimensat,symlink,ftruncate,fchownat,fchmodat';

/** One system call of a program that a run starts: call number `when` of its name in start number `nth` of that program. */
interface Point {
  readonly program: string;
  readonly nth: number;
  readonly call: string;
  readonly when: number;
}

/**
 * Kills the programs that create accounts at their system calls, at up to `most` of them: alternately the program alone, as by
 * the out-of-memory killer, and the program with the agent, as by a power loss. Then another run follows.
 */
export function killedInside(most: number): void {
  describe('a program that is killed while it makes an account', options, () => {
    const { points, end } = undisturbed();
    const step = Math.max(1, points.length / most);
    const chosen = points.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
    for (const [index, point] of chosen.entries()) {
      const together = index % 2 === 1;
      const { program, nth, call, when } = point;
      test(`${program} ${nth}, at ${call} ${when}${together ? ', and the agent with it' : ''}`, () => {
        using tree = accounts();
        const killed = run(tree.root, wrapped(program, killing(point, together)));
        assert.notEqual(killed.status, 0, killed.text);
        const again = run(tree.root);
        assert.equal(again.status, 0, again.text);
        assert.deepEqual(lines(tree.root), end, `${killed.text}\n${again.text}`);
        assert.match(run(tree.root).text, /Nothing was due/);
      });
    }
    test(`is killed at each call that changes anything: ${chosen.length} of ${points.length}`, () => {
      assert.ok(points.length > 100, `${points.length} points`);
      for (const program of programs) assert.ok(points.some((each) => each.program === program));
    });
  });
}

const options = { skip: unable('strace', 'unshare', 'useradd'), timeout: 7_200_000 };

interface Tree extends Disposable {
  readonly root: string;
}

/** Returns a tree with all account tables and a home skeleton. */
function accounts(): Tree {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-kill-'));
  cpSync(seed, root, { recursive: true });
  mkdirSync(join(root, 'etc/skel'));
  for (const folder of ['home', 'srv']) mkdirSync(join(root, folder));
  for (const [name, text] of [
    ['login.defs', 'USERGROUPS_ENAB yes\nPASS_MAX_DAYS 99999\nPASS_MIN_DAYS 0\nPASS_WARN_AGE 7\nHOME_MODE 0710\n'],
    ['gshadow', 'root:*::\ncondor:!::\n'],
    ['subuid', ''],
    ['subgid', ''],
    ['skel/.profile', '# how a shell begins\n'],
    ['skel/.bashrc', '# and how bash does\n'.repeat(1000)],
  ] as const) {
    writeFileSync(join(root, 'etc', name), text);
  }
  for (const name of ['shadow', 'gshadow']) chmodSync(join(root, 'etc', name), 0o600);
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

const tables = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'];

/**
 * Returns the comparable lines of a tree. An account that was deferred to the next run comes after the others in the tables, with
 * a higher number, and the day on which a password was set varies; neither counts as a difference.
 */
function lines(root: string): string[] {
  const isTable = (line: string) => tables.some((name) => line.startsWith(`/etc/${name} `));
  const files = treeLines(root, aside).map((line) => (isTable(line) ? line.replace(/ \S+$/, '') : line));
  const numbers = (text: string) => text.replace(/\b1\d\d\d\b/g, 'NUMBER');
  const inTables = tables.flatMap((name) =>
    readFileSync(join(root, 'etc', name), 'utf8')
      .split('\n')
      .map((line) => `${name} ${line.replace(/[^:]+$/, (members) => members.split(',').sort().join(','))}`)
      .sort(),
  );
  return [...files, ...inTables.map((line) => line.replace(/^(shadow \w+:[^:]*:)\d+:/, '$1DAY:'))].map(numbers);
}

/** Runs the agent with the scripts in `over` in place of the programs of these names. */
function run(root: string, over: Readonly<Record<string, string>> = {}): { status: number | null; text: string } {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-over-'));
  for (const [name, text] of Object.entries(over)) {
    writeFileSync(join(folder, name), text.replaceAll('HERE', folder), { mode: 0o755 });
  }
  const enter = 'mount --bind "$0" /usr/local/sbin && exec "$@"';
  const argv = ['--mount', 'sh', '-c', enter, folder, ...agent, ...words, root];
  const { status, stdout, stderr } = spawnSync('unshare', argv, { input: userData, encoding: 'utf8' });
  for (const name of readdirSync(folder).filter((each) => each.startsWith('trace.'))) {
    traces.set(name, readFileSync(join(folder, name), 'utf8'));
  }
  rmSync(folder, { recursive: true });
  return { status, text: stdout + stderr };
}

const traces = new Map<string, string>();

/** Returns a wrapper that counts its starts and runs `then` before the real program. */
const wrapped = (program: string, then: string): Record<string, string> => ({
  [program]: `#!/bin/sh
nth=$(($(cat HERE/count.${program} 2>/dev/null || echo 0) + 1))
echo $nth >HERE/count.${program}
${then}
exec /usr/sbin/${program} "$@"
`,
});

const killing = ({ program, nth, call, when }: Point, together: boolean): string => `if [ $nth = ${nth} ]; then
  strace -f -qq -o /dev/null -e trace=${call} -e inject=${call}:signal=SIGKILL:when=${when} /usr/sbin/${program} "$@"
  status=$?
  ${together ? killingAgent : ':'}
  kill -9 $$
fi`;

/** The agent is the first ancestor that is not one of the shells that connect the pipes of a program. */
const killingAgent = `up=$PPID
  while [ "$(cat /proc/$up/comm)" = sh ]; do up=$(awk '{ print $4 }' /proc/$up/stat); done
  kill -9 $up`;

/** Returns the end state of an uninterrupted run, and each call that changes something on the way. */
function undisturbed(): { points: Point[]; end: string[] } {
  traces.clear();
  using tree = accounts();
  const watched = programs.map((program) =>
    wrapped(program, `exec strace -f -qq -y -o HERE/trace.${program}.$nth -e trace=${calls} /usr/sbin/${program} "$@"`),
  );
  const { status, text } = run(tree.root, Object.assign({}, ...watched));
  assert.equal(status, 0, text);
  const points = [...traces].flatMap(([name, trace]) => {
    const [, program = '', nth = ''] = name.split('.');
    return pointsIn(trace).map(({ call, when }) => ({ program, nth: Number(nth), call, when }));
  });
  return { points, end: lines(tree.root) };
}

function pointsIn(trace: string): Pick<Point, 'call' | 'when'>[] {
  const made = trace.split('\n').filter(Boolean);
  const first = made[0]?.split(' ')[0];
  const counts = new Map<string, number>();
  return made.flatMap((line) => {
    const [, process, call = '', rest = ''] = /^(\d+) +(\w+)\((.*)/.exec(line) ?? [];
    if (process !== first || call === '') return [];
    const when = (counts.get(call) ?? 0) + 1;
    counts.set(call, when);
    const looks = call === 'openat' ? !/O_WRONLY|O_RDWR|O_CREAT/.test(rest) : call === 'write' && !/^\d+<\//.test(rest);
    return looks || / = -1 /.test(line) ? [] : [{ call, when }];
  });
}
