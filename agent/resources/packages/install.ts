import { Problem } from '../../base/problem.ts';
import type { Waiting } from '../../engine/handler.ts';
import { anyExit } from '../../host/any-exit.ts';
import type { Host, Output } from '../../host/host.ts';
import { awaitClock } from './clock-check.ts';
import { lockWait } from './lock-wait.ts';
import { commandOf, isLockMessage, isPassing, type Manager } from './managers.ts';

/** The pauses before each further attempt, in ms: more than a minute in total, as long as mirrors take to recover. */
const patience: readonly number[] = [5_000, 10_000, 20_000, 40_000];

/** The pause after a package manager has reported that its lock is held. */
const lockPauseMs = 5_000;

export interface WaitOptions {
  readonly waiting?: Waiting | undefined;
  /** How long another process may hold the lock of the package manager. */
  readonly lockTimeoutMs?: number | undefined;
}

export interface InstallOptions extends WaitOptions {
  /** The source location of each name. */
  readonly asked?: Readonly<Record<string, string>> | undefined;
}

/** Installs packages together; if that fails, one by one, so that one bad name affects one package only. */
export async function install(
  manager: Manager,
  names: readonly string[],
  host: Host,
  { asked = {}, ...wait }: InstallOptions = {},
): Promise<void> {
  await awaitClock(host);
  const left = await refreshed(manager, host, wait);
  const command = commandOf[manager].install;
  const together = await patiently(manager, [...command, ...names], host, { pausesMs: left, ...wait });
  if (together.code === 0) return;
  const failures = names.length === 1 ? [{ name: names[0] ?? '', output: together }] : await eachAlone();
  if (failures.length === 0) return;
  const told = failures.map(({ name, output }) => `${name} (${wordsOf(output)})`).join(', ');
  const count = failures.length === names.length ? '' : ` ${failures.length} of ${names.length}`;
  throw new Problem('command-failed', `${command[0]} could not install${count}: ${told}`, {
    hint: `Correct the name, or add the repository that has it ${repositoriesIn(manager)}; it is tried again at the next boot.`,
    at: asked[failures[0]?.name ?? ''],
  });

  async function eachAlone(): Promise<{ name: string; output: Output }[]> {
    const failed: { name: string; output: Output }[] = [];
    for (const name of names) {
      const output = await patiently(manager, [...command, name], host, { pausesMs: [], ...wait });
      if (output.code !== 0) failed.push({ name, output });
    }
    return failed;
  }
}

const repositoriesIn = (manager: Manager): string =>
  manager === 'apt' ? 'to /etc/apt/sources.list.d of the image' : 'to "yum_repos"';

/** Fetches the package lists, or upgrades all installed packages. */
export async function upkeep(
  manager: Manager,
  verb: 'refresh' | 'upgrade',
  host: Host,
  wait: WaitOptions = {},
): Promise<void> {
  await awaitClock(host);
  const left = verb === 'upgrade' ? await refreshed(manager, host, wait) : patience;
  const command = commandOf[manager][verb];
  const output = await patiently(manager, command, host, { pausesMs: left, ...wait });
  if (output.code === 0) return;
  throw new Problem('command-failed', `${command[0]} could not ${verb}: ${wordsOf(output)}`);
}

/** Fetches the lists of apt; other managers do so themselves. Returns the pauses to use next: none if mirrors still fail. */
async function refreshed(manager: Manager, host: Host, wait: WaitOptions): Promise<readonly number[]> {
  if (manager !== 'apt') return patience;
  const { code, stdout, stderr } = await patiently(manager, commandOf.apt.refresh, host, wait);
  return code !== 0 && isPassing(stderr + stdout) ? [] : patience;
}

/** Runs a package manager with retries. There is no time limit, since the amount to download is unknown. */
async function patiently(
  manager: Manager,
  argv: readonly string[],
  host: Host,
  { pausesMs = patience, waiting, lockTimeoutMs }: WaitOptions & { readonly pausesMs?: readonly number[] },
): Promise<Output> {
  const env = argv[0] === 'apt-get' ? { DEBIAN_FRONTEND: 'noninteractive' } : {};
  const lock = lockWait(manager, host, { waiting, limitMs: lockTimeoutMs });
  for (let attempt = 0; ; ) {
    await lock.untilFree();
    const output = await host.run(argv, { timeoutMs: 0, env, accept: installedExit });
    const said = output.stderr + output.stdout;
    if (output.code !== 0 && isLockMessage(said)) {
      await lock.again(lockPauseMs);
      continue;
    }
    lock.end();
    const pause = output.code !== 0 && isPassing(said) ? pausesMs[attempt++] : undefined;
    if (pause === undefined) return output;
    await host.sleep(pause);
  }
}

/** Every exit code except that of a missing program. */
const installedExit = anyExit.filter((code) => code !== 127);

function wordsOf({ stderr, stdout }: Output): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => /^(E:|Error\b|No match|Curl)/.test(line.trim()));
  const last = lines.at(-1) ?? stderr.trim().split('\n').at(-1) ?? '';
  return last.replace(/^\s*(E:|Error:)\s*/, '').trim() || 'it did not say why';
}
