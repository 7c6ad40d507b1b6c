import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const made = readFileSync(join(import.meta.dirname, '../../systemd/bootagent.tmpfiles'), 'utf8');

/** The pipes by which units and the agent hear of each other, as the package has them made. */
export const pipes = [...made.matchAll(/^p \/run\/bootagent\/stage-server\/(\S+)/gm)].map(([, name]) => name ?? '');

export function makePipes(folder: string): void {
  mkdirSync(folder, { mode: 0o700 });
  for (const name of pipes) execFileSync('mkfifo', [join(folder, name)]);
}

/** What a stage said, and how it ended. Whoever it leaves behind may keep its output open, and is not waited for. */
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
