import { writeFileSync } from 'node:fs';
import { Problem } from '../base/problem.ts';

/** Writes a file that the command line names. */
export function outputTo(option: string, path: string, content: string | Uint8Array, mode = 0o644): void {
  try {
    writeFileSync(path, content, { mode });
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new Problem('bad-input', `${option} ${path}: cannot be written (${code})`, {
      hint: 'Name a file in a directory that exists and that you may write to.',
      cause,
    });
  }
}
