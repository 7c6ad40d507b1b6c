import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const made = readFileSync(join(import.meta.dirname, '../../systemd/bootagent.tmpfiles'), 'utf8');

/** The pipes between the units and the agent, as the package's tmpfiles configuration declares them. */
export const pipes = [...made.matchAll(/^p \/run\/bootagent\/stage-server\/(\S+)/gm)].map(([, name]) => name ?? '');

export function makePipes(folder: string): void {
  mkdirSync(folder, { mode: 0o700 });
  for (const name of pipes) execFileSync('mkfifo', [join(folder, name)]);
}

/** Returns the output of a stage and its exit code. It does not wait for child processes that keep the output open. */
export async function ended(child: ChildProcess): Promise<{ readonly said: string; readonly code: number | null }> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes) => {
      said += bytes;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { said, code };
}
