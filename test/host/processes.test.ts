import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Problem } from '../../agent/base/problem.ts';
import { linux } from '../../agent/host/linux.ts';

const { run } = linux({ root: '/', offline: false });
const sh = (text: string, options: Parameters<typeof run>[1] = {}) => run(['sh', '-c', text], options);
const hung = { timeout: 60_000 };

describe('a program that is run', () => {
  test('sees a fixed environment, and nothing of ours', async () => {
    process.env.NODE_OPTIONS = '--no-warnings';
    process.env.BASH_ENV = '/tmp/evil';
    try {
      const { stdout } = await run(['env']);
      // During a coverage run, Node itself adds this to the environment of every child.
      const seen = stdout
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('NODE_V8_COVERAGE='));
      assert.deepEqual(seen.sort(), [
        'HOME=/root',
        'LC_ALL=C',
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      ]);
    } finally {
      delete process.env.NODE_OPTIONS;
      delete process.env.BASH_ENV;
    }
  });

  test('is given its words as they are: no shell reads them', async () => {
    const words = ['$(touch /tmp/evil)', '; reboot', '-rf', 'a b', "'", '"', '*', '\n'];
    const { stdout } = await run(['printf', '%s\\0', ...words]);
    assert.deepEqual(stdout.split('\0').slice(0, -1), words);
  });

  test('reads what it is given, and does not mind being given more than it reads', async () => {
    assert.equal((await run(['cat'], { input: 'secret' })).stdout, 'secret');
    assert.equal((await run(['true'], { input: 'x'.repeat(1 << 20) })).code, 0);
    assert.equal((await run(['cat'])).stdout, '');
  });

  test('with input has pipes and no sockets, which SELinux keeps from programs with a domain of their own', async () => {
    const { stdout } = await sh('cat >/dev/null; for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done; ls /proc/$$/fd', {
      input: 'x',
    });
    const [stdin, out, err, ...open] = stdout.trim().split('\n');
    for (const each of [stdin, out, err]) assert.match(each ?? '', /^pipe:/);
    assert.deepEqual(
      open.filter((fd) => Number(fd) < 10),
      ['0', '1', '2'],
    );
  });

  for (const [what, script, said] of [
    ['its own exit', 'cat; exit 3', 'sh -c cat; exit 3 ended with 3'],
    ['its signal', 'cat; kill -KILL $$', 'sh -c cat; kill -KILL $$ ended with 137'],
  ] as const) {
    test(`with input ends with ${what}, and its words are kept`, async () => {
      await assert.rejects(sh(script, { input: 'read' }), { message: said, stderrTail: /^read/ });
    });
  }

  test('with input that is not installed is told as that', async () => {
    await assert.rejects(run(['no-such-program', 'x'], { input: 'x' }), {
      code: 'command-missing',
      message: 'no-such-program is not installed',
    });
  });

  test('that fails is a problem with its last words, which are kept apart', async () => {
    const error = await sh('echo one; echo two >&2; exit 3').catch((each: Problem) => each);
    assert.ok(error instanceof Problem);
    assert.deepEqual(
      [error.code, error.message, error.stderrTail],
      ['command-failed', 'sh -c echo one; echo two >&2; exit 3 ended with 3', 'two'],
    );
  });

  test('may end otherwise than with 0 where that is expected', async () => {
    assert.equal((await sh('exit 3', { accept: [0, 3] })).code, 3);
  });

  test('that is not installed is told as that', async () => {
    await assert.rejects(run(['no-such-program', 'x']), {
      code: 'command-missing',
      message: 'no-such-program is not installed',
    });
  });

  test('that may not be started is told as that', async () => {
    await assert.rejects(run(['/etc/passwd']), {
      code: 'command-failed',
      message: /^\/etc\/passwd cannot be started: /,
    });
  });

  for (const [signal, code] of [
    ['KILL', 137],
    ['TERM', 143],
    ['SEGV', 139],
    ['HUP', 129],
  ] as const) {
    test(`and dies by SIG${signal} ended with ${code}`, async () => {
      await assert.rejects(sh(`kill -${signal} $$`), {
        message: `sh -c kill -${signal} $$ ended with ${code}`,
        stderrTail: `SIG${signal}`,
      });
    });
  }

  test('that says more than we keep is heard to its end', hung, async () => {
    const { stdout } = await sh('head -c 50000000 /dev/zero; echo end >&2');
    assert.ok(stdout.length < (1 << 20) + 100, `${stdout.length}`);
    assert.match(stdout.slice(-40), /\[48951424 bytes more\]$/);
  });

  test('that leaves a daemon holding its output is not waited for', hung, async () => {
    const began = performance.now();
    const { stdout } = await sh('sleep 50 & echo $!');
    process.kill(Number(stdout), 'SIGKILL');
    assert.ok(performance.now() - began < 40_000);
  });

  test('and takes too long is ended with all it has started', hung, async () => {
    const error = await sh('sleep 1000 & echo $! >&2; sleep 1000', { timeoutMs: 300 }).catch((each: Problem) => each);
    assert.ok(error instanceof Problem);
    assert.deepEqual(
      [error.code, error.message],
      ['command-timeout', 'sh -c sleep 1000 & echo $! >&2; sleep 1000 did not end within 0.3 s'],
    );
    await gone(Number(error.stderrTail));
  });

  test('and takes too long leaves nobody who does not listen, once that is told', hung, async () => {
    const deaf = `sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done' 2>/dev/null & wait`;
    const error = await sh(deaf, { timeoutMs: 300 }).catch((each: Problem) => each);
    assert.ok(error instanceof Problem);
    assert.ok(Number(error.stderrTail) > 1);
    await gone(Number(error.stderrTail), 'now');
  });

  test('and does not listen to being asked to end is ended', hung, async () => {
    const error = await sh("trap '' TERM; echo $$; while :; do sleep 1; done", { timeoutMs: 300 }).catch(
      (each: Problem) => each,
    );
    assert.ok(error instanceof Problem);
    assert.equal(error.code, 'command-timeout');
    await gone(Number(error.stderrTail));
  });
});

/** Waits until a process is gone; the timeout of the test is the limit. */
async function gone(pid: number, when?: 'now'): Promise<void> {
  assert.ok(pid > 1, `${pid}`);
  // A zombie has an empty command line.
  if (when === 'now') assert.equal(wordsOf(pid), '');
  while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setTimeout(resolve, 10));
}

function wordsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
