import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { controlGroups } from './control-groups.ts';
import { run } from './scratch.ts';

/** A tree in which systemd has been started. */
export interface Running extends AsyncDisposable {
  /** Runs shell text in it as root, and returns the output. */
  sh(text: string): Promise<string>;
  /** Resolves once its systemd has taken over. */
  begun(): Promise<void>;
  /** Resolves with the whole console output when it is powered off. */
  readonly ended: Promise<string>;
}

interface Place {
  readonly root: string;
  /** The name of the network namespace. */
  readonly namespace: string;
  readonly uuid: string;
  readonly binds?: readonly string[];
  /** Arguments for systemd, as on a kernel's command line. */
  readonly words?: readonly string[];
  /** A file that records each started program, with its arguments and its environment. */
  readonly traced?: string | undefined;
}

/** Boots the tree without a systemd on the host, because CI has none. */
export async function nspawn({ root, namespace, uuid, binds = [], words = [], traced }: Place): Promise<Running> {
  const args = [
    ...['--quiet', `--directory=${root}`, ...binds.map((each) => `--bind=${each}`), `--uuid=${uuid}`],
    ...['--register=no', '--keep-unit', '--boot', '--console=read-only', '--link-journal=no'],
    ...[`--network-namespace-path=/run/netns/${namespace}`, '--capability=CAP_NET_ADMIN'],
    ...['systemd.show_status=no', ...words],
  ];
  const groups = await controlGroups(namespace);
  const enter = `echo $$ | tee ${groups.entrances.join(' ')} >/dev/null && exec "$@"`;
  const tracer = traced === undefined ? [] : [...strace, `--output=${traced}`];
  // Started in the namespace, so that the mounted /sys shows the interfaces of the guest and not those of the host.
  const inside = ['nsenter', `--net=/run/netns/${namespace}`];
  const child = spawn('sh', ['-c', enter, 'sh', ...inside, ...tracer, 'systemd-nspawn', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' },
  });
  const heard: string[] = [];
  child.stdout.on('data', (bytes) => heard.push(String(bytes)));
  child.stderr.on('data', (bytes) => heard.push(String(bytes)));
  // A boot takes some seconds, a test some minutes: the limit only ends one that hangs.
  const guard = setTimeout(() => child.kill('SIGKILL'), 600_000);
  const ended = once(child, 'close').then(async () => {
    clearTimeout(guard);
    await groups.remove();
    return heard.join('');
  });
  const sh = async (text: string) => {
    const inside = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];
    const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
    const leader = leaderOf(child);
    if (!leader) throw new Error(`the machine has not begun, or is over; its console:\n${heard.join('').slice(-4000)}`);
    return run('nsenter', ['--target', leader, ...inside, 'sh', '-c', text], { env });
  };
  return {
    ended,
    sh,
    async begun() {
      for (;;) {
        try {
          await sh('test -S /run/systemd/private');
          return;
        } catch (error) {
          if (child.exitCode !== null) throw error;
          await pause(50);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null)
        process.kill(Number(leaderOf(child) ?? child.pid), 'SIGKILL');
      await ended;
    },
  };
}

/** Stops only at the traced calls, and truncates no argument. */
const strace = [
  'strace',
  '--follow-forks',
  '--seccomp-bpf',
  '--trace=execve,execveat',
  '--no-abbrev',
  '--string-limit=65536',
];

/** Returns the first process of the machine by its id on the host: the first one in another pid namespace. */
function leaderOf({ pid }: ChildProcess): string | undefined {
  const ours = readlinkSync('/proc/self/ns/pid');
  for (let each: string | undefined = String(pid); each; each = firstChildOf(each)) {
    if (readlinkSync(`/proc/${each}/ns/pid`) !== ours) return each;
  }
  return undefined;
}

const firstChildOf = (process: string): string | undefined =>
  readFileSync(`/proc/${process}/task/${process}/children`, 'utf8').split(' ')[0];
