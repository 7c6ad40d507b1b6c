import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ended, makePipes, pipes } from '../../support/stage-server.ts';

const script = readFileSync(join(import.meta.dirname, '../../../systemd/reuse-agent'), 'utf8');

/** A minimal agent with the interface that the script expects. MODE selects its behaviour. */
const agent = `#!/bin/bash
turns=$TURNS
echo "did $*"
[ "$MODE" != fails ] || exit 5
[ "$BOOTAGENT_STAGE_SERVER" ] && [ "$MODE" != leaves ] || exit 2
exec 7<>$turns/early 8<>$turns/final
trap '[ "$MODE" = deaf ] || asked=yes' USR2
trap 'echo "told to end" >>$turns/log; exit 0' TERM
read -r -a words </proc/$$/stat
rm -f $turns/asked
echo "$$ \${words[21]}" >$turns/waits
echo 0 >&"$BOOTAGENT_STAGE_SERVER"
exec 1>&- 2>&-
while [ ! "$asked" ]; do sleep 0.02; done
read -r shell program run unit more <$turns/asked
[ "$MODE" != sleeps ] || exit 0
exec 9>"$turns/$unit" 7>&- 8>&-
rm $turns/waits "$turns/$unit"
[ "$MODE" != dies ] || exit 0
if [ "$MODE" = other ]; then echo other >"$turns/$unit.code"; exit 0; fi
echo "asked by $shell for $unit\${more:+ $more}" >&9
if [ "$MODE" = talks ]; then for word in one two three; do echo "$word" >&9; sleep 0.1; done; fi
for ((waited = 0; waited < 500; waited++)); do [ "$MODE" = hangs ] || break; sleep 0.02; done
[ "$MODE" != slow-to-end ] || sleep 1
echo 2 >"$turns/$unit.code"
`;

interface Boot {
  readonly turns: string;
  /** Runs a stage as its unit does, and returns its output and exit code. */
  stage(...words: readonly string[]): Promise<{ readonly said: string; readonly code: number | null }>;
  begin(...words: readonly string[]): ChildProcess;
}

async function boot(shell: string, mode: string, use: (boot: Boot) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-turns-'));
  const turns = join(folder, 'turns');
  makePipes(turns);
  writeFileSync(join(folder, 'agent'), agent, { mode: 0o755 });
  writeFileSync(
    join(folder, 'reuse-agent'),
    script.replaceAll('/run/bootagent/stage-server', turns).replace('sleep 20', 'sleep 0.3'),
  );
  const begin: Boot['begin'] = (...words) =>
    spawn(shell, [join(folder, 'reuse-agent'), join(folder, 'agent'), 'run', ...words], {
      env: { PATH: process.env.PATH, TURNS: turns, MODE: mode, ...(shell === 'bash' && { POSIXLY_CORRECT: '1' }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  try {
    await use({
      turns,
      begin,
      stage: (...words) => ended(begin(...words)),
    });
  } finally {
    // Ends a process that still waits for a stage.
    const [pid] = existsSync(join(turns, 'waits')) ? readFileSync(join(turns, 'waits'), 'utf8').split(' ') : [];
    if (pid && mode !== 'hangs') process.kill(Number(pid), 'SIGKILL');
    rmSync(folder, { recursive: true });
  }
}

/** A process that ended may remain in the process table until its new parent waits for it. */
const isAlive = (pid = ''): boolean =>
  existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

for (const shell of ['dash', 'bash']) {
  describe(`the agent of a boot, by ${shell}`, { timeout: 60_000 }, () => {
    test('ends with its stage where nothing is to come', () =>
      boot(shell, 'leaves', async ({ stage }) => {
        assert.deepEqual(await stage('local'), { said: 'did run local\n', code: 2 });
        assert.deepEqual(await stage('early', 'main'), { said: 'did run early main\n', code: 2 });
      }));

    test('tells how it failed', () =>
      boot(shell, 'fails', async ({ stage }) => {
        assert.deepEqual(await stage('local'), { said: 'did run local\n', code: 5 });
      }));

    test('stays, and does what is asked of it next, for the unit that asks', () =>
      boot(shell, 'stays', async ({ stage, turns }) => {
        assert.deepEqual(await stage('local'), { said: 'did run local\n', code: 0 });
        const { said, code } = await stage('early', 'main');
        assert.match(said, /^asked by \d+ for early main\n$/);
        assert.equal(code, 2);
        // The agent has exited, and the script does not try it again.
        assert.equal(existsSync(join(turns, 'waits')), false);
        assert.deepEqual(await stage('final'), { said: 'did run final\n', code: 2 });
      }));

    test('is asked by the last unit where the one before it never ran', () =>
      boot(shell, 'stays', async ({ stage }) => {
        await stage('local');
        const { said, code } = await stage('final');
        assert.match(said, /^asked by \d+ for final\n$/);
        assert.equal(code, 2);
      }));

    test('is another where it will not do it', () =>
      boot(shell, 'other', async ({ stage }) => {
        await stage('local');
        assert.deepEqual(await stage('early', 'main'), { said: 'did run early main\n', code: 2 });
      }));

    test('is another where it ended before it began', () =>
      boot(shell, 'sleeps', async ({ stage, turns }) => {
        await stage('local');
        assert.deepEqual(await stage('early', 'main'), { said: 'did run early main\n', code: 2 });
        rmSync(join(turns, 'waits'));
      }));

    test('is another where it is alive and does not answer, and the unit says so', () =>
      boot(shell, 'stays', async ({ stage, turns }) => {
        await stage('local');
        const [pid] = readFileSync(join(turns, 'waits'), 'utf8').split(' ');
        process.kill(Number(pid), 'SIGSTOP');
        const { said, code } = await stage('early', 'main');
        assert.match(
          said,
          /^the agent that waits for this stage \(process \d+\) has not answered for [\d.]+ s: another/m,
        );
        assert.match(said, /^did run early main$/m);
        assert.equal(code, 2);
        assert.equal(isAlive(pid), false, 'the one that was frozen is gone');
        rmSync(join(turns, 'waits'));
      }));

    test('is the one that waits where it has begun and takes its time', () =>
      boot(shell, 'slow-to-end', async ({ stage }) => {
        await stage('local');
        const { said, code } = await stage('early', 'main');
        assert.match(said, /^asked by \d+ for early main\n$/);
        assert.equal(code, 2);
      }));

    test('that ends in the middle is a failure', () =>
      boot(shell, 'dies', async ({ stage }) => {
        await stage('local');
        assert.deepEqual(await stage('early', 'main'), { said: '', code: 1 });
      }));

    test('is told to end when its unit is', () =>
      boot(shell, 'hangs', async ({ stage, begin, turns }) => {
        await stage('local');
        const unit = begin('early', 'main');
        await new Promise((resolve) => unit.stdout?.once('data', resolve));
        unit.kill('SIGTERM');
        const code = await new Promise((resolve) => unit.on('exit', resolve));
        assert.equal(readFileSync(join(turns, 'log'), 'utf8'), 'told to end\n');
        assert.equal(code, 1);
      }));

    test('is told to end and no other starts, where its unit ends before it hears of that', () =>
      boot(shell, 'deaf', async ({ stage, begin, turns }) => {
        await stage('local');
        const unit = begin('early', 'main');
        const over = ended(unit);
        while (!existsSync(join(turns, 'asked'))) await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, 100));
        unit.kill('SIGTERM');
        assert.deepEqual(await over, { said: '', code: 143 });
        rmSync(join(turns, 'waits'));
      }));

    test('goes on where nobody hears it', () =>
      boot(shell, 'talks', async ({ stage, begin }) => {
        await stage('local');
        const unit = begin('early', 'main');
        unit.stdout?.destroy();
        const code = await new Promise((resolve) => unit.on('exit', resolve));
        assert.equal(code, 2);
      }));

    test('is another where the one that waited is gone, and nobody who has its number by now hears of it', () =>
      boot(shell, 'leaves', async ({ stage, turns }) => {
        const neighbour = spawn('sleep', ['60']);
        writeFileSync(join(turns, 'waits'), `${neighbour.pid} 1\n`);
        assert.deepEqual(await stage('early', 'main'), { said: 'did run early main\n', code: 2 });
        assert.equal(neighbour.signalCode, null);
        neighbour.kill();
        await new Promise((resolve) => neighbour.on('exit', resolve));
        rmSync(join(turns, 'waits'));
      }));

    test('starts as ever where there are no such pipes', () =>
      boot(shell, 'stays', async ({ stage, turns }) => {
        for (const name of pipes) rmSync(join(turns, name));
        assert.deepEqual(await stage('local'), { said: 'did run local\n', code: 2 });
      }));
  });
}
