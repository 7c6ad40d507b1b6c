import { type ExecFileOptions, execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** The cache for trees and disks, which are slow to make. */
export const cache = resolve(
  process.env.BOOTAGENT_TEST_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'bootagent-ci'),
);
mkdirSync(cache, { recursive: true });

const executing = promisify(execFile);

/** Runs a program and returns its standard output; an error contains its standard error. */
export async function run(program: string, args: readonly string[], options: ExecFileOptions = {}): Promise<string> {
  const { stdout } = await executing(program, args, { maxBuffer: 256 * 2 ** 20, encoding: 'utf8', ...options });
  return String(stdout);
}

/** Returns why these tests cannot run here, or false. In CI it throws. */
export function unable(...programs: readonly string[]): string | false {
  const lacks = process.getuid?.() !== 0 ? 'not root' : programs.map(missing).find(Boolean);
  if (lacks && process.env.BOOTAGENT_CI) throw new Error(`cannot run in CI: ${lacks}`);
  return lacks ?? false;
}

function missing(program: string): string | undefined {
  const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  return folders.some((folder) => existsSync(join(folder, program))) ? undefined : `${program} is not installed`;
}
