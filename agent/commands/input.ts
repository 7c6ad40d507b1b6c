import { readFileSync } from 'node:fs';
import { mapOf } from '../base/map-of.ts';
import { Problem } from '../base/problem.ts';
import type { Io } from '../boot/io.ts';

/** The bytes of a file named on the command line; "-" is standard input. */
export async function inputOf(option: string, path: string, { readStdin }: Io): Promise<Uint8Array> {
  if (path === '-') return readStdin();
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const words = mapOf({
      ENOENT: 'there is no such file',
      EACCES: 'permission denied',
      EISDIR: 'is a folder',
    });
    throw new Problem('bad-input', `${option}${option && ' '}${path}: ${words.get(code) ?? code}`, {
      hint: 'Check the path in the message; "-" reads standard input.',
      cause,
    });
  }
}

/** A file's name, as its lines are told by; standard input has none. */
export const fileNamed = (path: string | undefined): string | undefined => (path === '-' ? undefined : path);
