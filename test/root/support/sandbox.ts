import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Returns why a suite that needs root and these programs cannot run here, or false. */
export function unable(...programs: readonly string[]): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = programs.filter((each) => !has(each));
  return missing.length > 0 && `needs ${missing.join(', ')}`;
}

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface Ended {
  readonly code: number;
  readonly text: string;
}

/** This machine with all changes kept in a private overlay: programs run for real, and nothing remains. */
export interface Sandbox extends Disposable {
  readonly folder: string;
  /** Runs shell text in it. */
  sh(text: string): Promise<Ended>;
  /** Runs the agent on this user-data. */
  agent(userData: string, ...options: readonly string[]): Promise<Ended>;
  /** Returns the text of a file written in it, or undefined. */
  text(path: string): string | undefined;
  write(path: string, content: string): void;
}

const repository = join(import.meta.dirname, '../../..');

export function sandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-root-'));
  const upper = join(folder, 'upper');
  for (const each of [upper, join(folder, 'work'), join(folder, 'root')]) mkdirSync(each);
  const enter = `
    mount -t overlay overlay -o lowerdir=/,upperdir=${upper},workdir=${folder}/work ${folder}/root || exit 99
    mount -t proc proc ${folder}/root/proc
    mount --rbind /dev ${folder}/root/dev
    mount -t tmpfs tmpfs ${folder}/root/run
    exec chroot ${folder}/root sh -c "$1"`;
  const sh = (text: string): Promise<Ended> => {
    const { promise, resolve } = Promise.withResolvers<Ended>();
    const argv = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', enter, 'sh', text];
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: '/root' };
    execFile('unshare', argv, { env, timeout: 300_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, text: stdout + stderr }),
    );
    return promise;
  };
  let runs = 0;
  return {
    folder,
    sh,
    agent: (userData, ...options) => {
      const file = join(folder, `user-data-${runs++}`);
      writeFileSync(file, `#cloud-config\n${userData}`);
      const words = [process.execPath, 'agent/main.ts', 'run', '--user-data', file, ...options];
      return sh(`cd ${repository} && ${words.join(' ')}`);
    },
    text: (path) => (existsSync(upper + path) ? readFileSync(upper + path, 'utf8') : undefined),
    write: (path, content) => {
      mkdirSync(dirname(upper + path), { recursive: true });
      writeFileSync(upper + path, content);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
