import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as passed } from 'node:timers/promises';
import { unable } from '../support/able.ts';
import { type OwnMachine, ownMachine } from '../support/own-machine.ts';

const yaml = (items: readonly string[], more = '') => `#cloud-config\nruncmd: ${JSON.stringify(items)}\n${more}`;
const words = ['run', '--user-data', '-', '--only', 'runcmd'];
const log = '/var/log/bootagent/runcmd.log';
/** A limit against hangs: ten times the duration on a slow machine. */
const hung = { timeout: 120_000 };

async function ran(items: readonly string[], more = '', own: Parameters<OwnMachine['run']>[1] = {}) {
  using machine = ownMachine();
  const { code, out, err } = await machine.run(words, { input: yaml(items, more), ...own }).ended;
  const status = JSON.parse(machine.read('/run/bootagent/status.json'));
  const kept = machine.read(log).replace(/^== .*\n/gm, '');
  return { code, out, err, log: kept, items: status.modules.runcmd.items, status };
}

const codes = (items: readonly { code: number }[]): number[] => items.map(({ code }) => code);

describe('a list of commands', { skip: unable('unshare', 'mount') }, () => {
  test('is run by one shell: variables, functions and folders stay', hung, async () => {
    const { code, log, items } = await ran(['A=1', 'f() { echo "A is $A"; }', 'cd /usr', 'f; pwd', 'echo "$A" >&2']);
    assert.deepEqual([code, log, codes(items)], [0, 'A is 1\n/usr\n1\n', [0, 0, 0, 0, 0]]);
  });

  test('is recorded item by item, and its output is for root alone', hung, async () => {
    const { code, out, items, status } = await ran(['echo public-$((0))', 'echo "to stderr" >&2; (exit 3)', 'true']);
    assert.equal(code, 2);
    assert.deepEqual(codes(items), [0, 3, 0]);
    assert.match(out, /runcmd\[1\] \(2 of 3\) `.*` failed: exit 3/);
    assert.ok(!/public-0/.test(JSON.stringify(status)));
    assert.deepEqual(
      items.map(({ at, command, lastLine }: Record<string, string>) => [at, command, lastLine]),
      [
        ['runcmd[0]', 'echo public-$((0))', undefined],
        ['runcmd[1]', 'echo "to stderr" >&2; (exit 3)', 'to stderr'],
        ['runcmd[2]', 'true', undefined],
      ],
    );
  });

  test('sees an environment of its own, and nothing of ours', hung, async () => {
    const env = { NODE_OPTIONS: '--no-warnings', BASH_ENV: '/tmp/evil', LD_PRELOAD: '', SECRET: 'x', IFS: 'x' };
    const { log } = await ran(['env | cut -d= -f1 | sort | grep -v "^_$" | paste -sd,'], '', { env });
    assert.deepEqual(
      log
        .trim()
        .split(',')
        .filter((name) => !['OLDPWD', 'SHLVL', 'PWD', 'INSTANCE_ID'].includes(name)),
      ['HOME', 'LANG', 'LC_ALL', 'PATH'],
    );
  });

  for (const [what, output, out, err] of [
    ['a program', '"| tee -a OUT"', 'one\ntwo\n', undefined],
    ['a file', '">> OUT"', 'one\ntwo\n', undefined],
    ['two files', '[">> OUT", ">> ERR"]', 'one\n', 'two\n'],
    ['one stream', '{error: ">> ERR"}', undefined, 'two\n'],
  ] as const) {
    test(`passes its output to ${what} as well, where "output" says so`, hung, async () => {
      using machine = ownMachine();
      const asked = output.replace('OUT', '/var/log/bootagent/out').replace('ERR', '/var/log/bootagent/err');
      const input = yaml(['echo one', 'echo two >&2'], `output: {all: ${asked}}\n`);
      const { code } = await machine.run(words, { input }).ended;
      assert.equal(code, 0);
      const text = (path: string): string | undefined =>
        machine.list('/var/log/bootagent').includes(path.slice(19)) ? machine.read(path) : undefined;
      for (let tries = 0; tries < 100 && text('/var/log/bootagent/out') !== out; tries++) await passed(100);
      for (let tries = 0; tries < 100 && text('/var/log/bootagent/err') !== err; tries++) await passed(100);
      assert.deepEqual([text('/var/log/bootagent/out'), text('/var/log/bootagent/err')], [out, err]);
      const lines = machine.read(log).match(/^(?!==).+$/gm) ?? [];
      assert.deepEqual(lines.toSorted(), ['one', 'two']);
    });
  }

  for (const [what, output] of [
    ['cannot be written', '">> /nowhere/at/all"'],
    ['is no program', '"| no-such-program"'],
    ['is a syntax error', '"| ) if"'],
    ['ends early', '"| true"'],
  ] as const) {
    test(`runs and keeps its output where the target of "output" ${what}`, hung, async () => {
      const { code, log } = await ran(['seq 1 30000', 'echo end'], `output: {all: ${output}}\n`);
      assert.equal(code, 0);
      assert.match(log, /^29999\n30000\n/m);
      assert.match(log, /^end\n/m);
    });
  }

  for (const [what, items, wanted, code] of [
    ['a syntax error in one item', ['echo a', 'if then', 'echo c'], [0, 2, 0], 2],
    ['an unclosed quote', ['echo a', 'echo "b', 'echo c'], [0, 2, 0], 2],
    ['a command that is not there', ['no-such-command', 'true'], [127, 0], 2],
    ['a shell that is closed out of its output', ['exec >&-', 'true'], [0, 0], 0],
    ['an item that closes all it can', ['exec 0<&- 1>&- 2>&- 8>&- 9>&-', 'true'], [0, 0], 0],
    ['a trap that is set', ["trap 'echo bye' EXIT", 'true'], [0, 0], 0],
  ] as const) {
    test(`goes on after ${what}`, hung, async () => {
      const { items: each, out, err, ...end } = await ran(items);
      assert.deepEqual([codes(each), end.code, err], [wanted, code, ''], out);
    });
  }

  for (const [what, items, wanted, said] of [
    ['exit', ['echo a', 'exit 0', 'echo c'], [0, 0], /ended by itself at runcmd\[1\] \(2 of 3\); the rest was not run/],
    [
      'exit with an error',
      ['exit 7', 'echo c'],
      [7],
      /runcmd\[0\] \(1 of 2\) `exit 7` failed: exit 7; the rest was not run/,
    ],
    [
      'set -e',
      ['set -e', 'false', 'echo c'],
      [0, 1],
      /runcmd\[1\] \(2 of 3\) `false` failed: exit 1; the rest was not run/,
    ],
    [
      'the killing of the shell',
      ['echo a', 'kill -9 $$', 'echo c'],
      [0, 137],
      /runcmd\[1\] \(2 of 3\) `kill -9 \$\$` failed: ended by SIGKILL/,
    ],
    ['exec', ['exec true', 'echo c'], [0], /ended by itself at runcmd\[0\] \(1 of 2\)/],
  ] as const) {
    test(`ends at ${what}, and that is told`, hung, async () => {
      const { items: each, out, code, log } = await ran(items);
      assert.deepEqual(codes(each), wanted, out);
      assert.match(out, said);
      // The list ended by itself, which is not a failure, unless one of its commands failed.
      assert.equal(code, codes(each).every((one) => one === 0) ? 0 : 2, out);
      assert.ok(!log.includes('c\n'));
    });
  }

  test('stops at the first error where it is asked to', hung, async () => {
    const { items, out } = await ran(['false', 'echo b'], 'runcmd_on_error: stop\n');
    assert.deepEqual(codes(items), [1]);
    assert.match(out, /runcmd\[0\] \(1 of 2\) `false` failed: exit 1; the rest was not run/);
  });

  for (const [what, item] of [
    ['a daemon', 'sleep 300 & echo $! >/run/bootagent/pid'],
    ['a loop in the background', '(while :; do sleep 1; done) & echo $! >/run/bootagent/pid'],
    ['a daemon of its own session', 'setsid sleep 300 & echo $! >/run/bootagent/pid'],
  ] as const) {
    test(`does not wait for ${what} that holds its output, and leaves it alone`, hung, async () => {
      using machine = ownMachine();
      const { code, out } = await machine.run(words, { input: yaml([item, 'echo end']) }).ended;
      const pid = Number(machine.read('/run/bootagent/pid'));
      const alive = existsSync(`/proc/${pid}`);
      process.kill(pid, 'SIGKILL');
      assert.deepEqual([code, alive], [0, true], out);
    });
  }

  test('that says far too much is cut in the log, told so, and heard to its end', hung, async () => {
    const { code, log, items } = await ran(['head -c 300000000 /dev/zero | tr "\\0" x; echo end', 'echo after']);
    assert.deepEqual([code, codes(items)], [0, [0, 0]]);
    assert.ok(log.length < 1.2 * 2 ** 20, `${log.length}`);
    assert.match(log, /\[29\d{7} bytes more were not kept\]\nafter\n$/);
  });

  test('has a log with each command and its time before its output', hung, async () => {
    using machine = ownMachine();
    await machine.run(words, { input: yaml(['echo a', 'echo b >&2; false']) }).ended;
    assert.deepEqual(
      machine
        .read(log)
        .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
        .split('\n'),
      [
        '== TIME runcmd[0] (1 of 2): echo a',
        'a',
        '== (1 of 2) exit 0',
        '== TIME runcmd[1] (2 of 2): echo b >&2; false',
        'b',
        '== (2 of 2) exit 1',
        '',
      ],
    );
  });

  test('whose commands cannot be written is reported with the cause, and runs once there is space', hung, async () => {
    using machine = ownMachine();
    const input = yaml(['echo ran >>/run/bootagent/ran', `: ${'x'.repeat(300_000)}`]);
    const full = 'mkdir -p /var/lib/bootagent/scripts && mount -t tmpfs -o size=64k tmpfs /var/lib/bootagent/scripts';
    const first = await machine.run(words, { input, before: full }).ended;
    assert.match(first.out, /Cannot write the commands of runcmd to \S+: the disk is full\n.*Free space/);
    assert.ok(!machine.list('/run/bootagent').includes('ran'));
    const second = await machine.run([...words, '--retry-failed'], { input }).ended;
    assert.deepEqual([second.code, machine.read('/run/bootagent/ran')], [0, 'ran\n'], second.out);
  });

  test('that failed is not run by --retry-failed, which says what runs it', hung, async () => {
    using machine = ownMachine();
    const input = yaml(['echo ran >>/run/bootagent/ran; exit 4']);
    assert.equal((await machine.run(words, { input }).ended).code, 2);
    const { code, out } = await machine.run([...words, '--retry-failed'], { input }).ended;
    assert.equal(code, 2, out);
    assert.match(out, /failed: exit 4\n.*bootagent run --force --only runcmd/);
    assert.equal(machine.read('/run/bootagent/ran'), 'ran\n');
    assert.equal((await machine.run(['status']).ended).code, 2);
  });

  test('that cannot keep its output goes on', hung, async () => {
    const before = 'mount -t tmpfs -o size=64k tmpfs /var/log/bootagent';
    using machine = ownMachine();
    const input = yaml(['head -c 1000000 /dev/zero', 'echo end >/run/bootagent/end']);
    const { code, out, err } = await machine.run(words, { input, before }).ended;
    assert.deepEqual([code, err, machine.read('/run/bootagent/end')], [0, '', 'end\n'], out);
  });

  test('is not run where no record of it can be kept', hung, async () => {
    using machine = ownMachine();
    const before = 'mount -t tmpfs -o size=4k,ro tmpfs /var/lib/bootagent';
    const { code, out } = await machine.run(words, { input: yaml(['echo x >/run/bootagent/ran']), before }).ended;
    assert.equal(code, 1, out);
    assert.ok(!machine.list('/run/bootagent').includes('ran'));
  });

  test('that a power loss cut is told with its item, and not run again', hung, async () => {
    using machine = ownMachine();
    const input = yaml(['echo one >>/run/bootagent/ran', 'echo two >>/run/bootagent/ran; sleep 300', 'echo three']);
    const running = machine.run(words, { input });
    while (!machine.list('/run/bootagent').includes('ran') || !machine.read('/run/bootagent/ran').includes('two')) {
      await passed(20);
    }
    process.kill(running.pid, 'SIGKILL');
    await running.ended;
    const { code, out } = await machine.run(words, { input }).ended;
    assert.equal(code, 2);
    assert.match(out, /runcmd was interrupted in runcmd\[1\] \(2 of 3\); it is not run again/);
    assert.equal(machine.read('/run/bootagent/ran'), 'one\ntwo\n');
  });

  test('is ended with all it started when the agent is told to end, and no shutdown is on its way', hung, async () => {
    using machine = ownMachine();
    const running = machine.run(words, { input: yaml(['sleep 300 & echo $! >/run/bootagent/pid; wait', 'echo b']) });
    while (!machine.list('/run/bootagent').includes('pid') || machine.read('/run/bootagent/pid') === '')
      await passed(20);
    process.kill(running.pid, 'SIGTERM');
    const { code, out } = await running.ended;
    assert.equal(code, 2, out);
    assert.match(out, /runcmd\[0\] \(1 of 2\) .* failed: ended by SIGTERM .*the rest was not run/);
    while (existsSync(`/proc/${Number(machine.read('/run/bootagent/pid'))}`)) await passed(20);
  });

  test(
    'that sleeps past its time limit is ended, with what does not listen to that, before the agent is',
    hung,
    async () => {
      using machine = ownMachine();
      const deaf = `sh -c 'trap "" TERM; echo $$ >/run/bootagent/deaf; while :; do sleep 1; done' &`;
      const input = yaml(['echo a', `${deaf} sleep 300`, 'echo c'], 'runcmd_timeout: 3s\n');
      const { code, out } = await machine.run(words, { input }).ended;
      const pid = machine.read('/run/bootagent/deaf').trim();
      assert.equal(code, 2, out);
      assert.match(
        out,
        /runcmd\[1\] \(2 of 3\) .* failed: stopped by the time limit of 3 s for the list; the rest was not run/,
      );
      assert.ok(Number(pid) > 1);
      assert.ok(!existsSync(`/proc/${pid}/exe`), 'it has outlived the agent');
      assert.match((await machine.run(words, { input }).ended).out, /^(?:Nothing was due|0 changes applied)/m);
    },
  );

  test('that a shutdown ends is done as far as it came', hung, async () => {
    using machine = ownMachine();
    machine.write('/etc/bootagent/systemctl', '#!/bin/sh\necho "1 shutdown.target start waiting"\n');
    const before = 'chmod 755 /etc/bootagent/systemctl && mount --bind /etc/bootagent/systemctl /usr/bin/systemctl';
    const input = yaml(['echo x >/run/bootagent/ran; sleep 300', 'echo b']);
    const running = machine.run(words, { input, before });
    while (!machine.list('/run/bootagent').includes('ran')) await passed(20);
    process.kill(running.pid, 'SIGTERM');
    const { code, out } = await running.ended;
    assert.equal(code, 0, out);
    assert.match(out, /the machine went down in runcmd\[0\] \(1 of 2\)/);
    assert.match((await machine.run(words, { input }).ended).out, /^(?:Nothing was due|0 changes applied)/m);
  });
});

const pids = '/sys/fs/cgroup/pids';
const noGroups =
  existsSync(pids) || existsSync('/sys/fs/cgroup/cgroup.controllers') ? false : 'no cgroup for processes';

describe('a fork bomb', { skip: unable('unshare') || noGroups, timeout: 240_000 }, () => {
  test('within the limits of its unit ends as an item that failed, and the agent with it', async () => {
    const group = `${existsSync(pids) ? pids : '/sys/fs/cgroup'}/bootagent-test-${process.pid}`;
    mkdirSync(group);
    writeFileSync(`${group}/pids.max`, '120');
    using machine = ownMachine();
    const before = `echo $$ >${group}/cgroup.procs`;
    const bomb = 'b() { b | b & }; b; sleep 1; true';
    try {
      const { code, out } = await machine.run(words, { input: yaml([bomb, 'true']), before }).ended;
      assert.ok([0, 1, 2].includes(code ?? -1), out);
      assert.match(machine.read('/run/bootagent/status.json'), /"state": "(done|problems|failed)"/);
    } finally {
      for (let left = ['']; left.length > 0; left = members(group)) {
        for (const pid of left.filter(Boolean)) killQuietly(Number(pid));
        await passed(20);
      }
      rmdirSync(group);
    }
  });
});

function members(group: string): string[] {
  return readdirSync(group).includes('cgroup.procs')
    ? String(process.getBuiltinModule('node:fs').readFileSync(`${group}/cgroup.procs`))
        .split('\n')
        .filter(Boolean)
    : [];
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}
