import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { formatBytes } from '../base/format.ts';
import { mapOf } from '../base/map-of.ts';
import { Problem } from '../base/problem.ts';
import type { Io } from '../boot/io.ts';

const { O_NONBLOCK, O_RDONLY } = constants;

/** Returns the bytes of a file named on the command line; "-" is standard input. */
export async function inputOf(option: string, path: string, { readStdin }: Io): Promise<Uint8Array> {
  if (path === '-') return readStdin();
  try {
    return bytesAt(path);
  } catch (cause) {
    if (cause instanceof Problem) throw new Problem(cause.code, `${option}${option && ' '}${path}: ${cause.message}`);
    const { code = '' } = cause as NodeJS.ErrnoException;
    const words = mapOf({
      ENOENT: 'no such file',
      EACCES: 'permission denied',
      EISDIR: 'is a folder',
    });
    throw new Problem('bad-input', `${option}${option && ' '}${path}: ${words.get(code) ?? code}`, {
      hint: 'Check the path in the message; "-" reads standard input.',
      cause,
    });
  }
}

/** The limit for any input; a reader with a lower limit reports that itself. */
const mostBytes = 64 * 2 ** 20;
/** Paths of pipes that a shell passes: `validate <(make-it)`. */
const handedOver = /^\/(?:dev\/(?:stdin$|fd\/)|proc\/self\/fd\/)/;

function bytesAt(path: string): Uint8Array {
  // Without O_NONBLOCK, opening a named pipe without a writer blocks.
  const fd = openSync(path, handedOver.test(path) ? O_RDONLY : O_RDONLY | O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() && !stats.isDirectory() && !handedOver.test(path))
      throw new Problem('bad-input', 'is neither a file nor standard input');
    return readCapped(fd);
  } finally {
    closeSync(fd);
  }
}

/** Returns the content of a file or pipe; throws if it is larger than any input may be. */
export function readCapped(fd: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let total = 0; total <= mostBytes; ) {
    const piece = new Uint8Array(2 ** 16);
    const read = readSync(fd, piece, 0, piece.length, null);
    if (read === 0) return new Uint8Array(Buffer.concat(pieces));
    pieces.push(piece.subarray(0, read));
    total += read;
  }
  throw new Problem('bad-input', `is larger than ${formatBytes(mostBytes)}`);
}

/** Returns the file name for messages about its lines; standard input has none. */
export const fileNamed = (path: string | undefined): string | undefined => (path === '-' ? undefined : path);
