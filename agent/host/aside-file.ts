import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import type { PathHandle } from './resolve-safely.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/**
 * Returns the path of the file that will replace another one. The name is fixed, so that the next run removes what a killed run
 * left behind.
 */
export const asideOf = ({ folder, name }: PathHandle): string => `${folder}/.${name.slice(0, 200)}.bootagent`;

/** Writes a new file beside the one that it will replace, and leaves it open for `use`. */
export function writeAside<T>(
  aside: string,
  content: string | Uint8Array,
  { uid, gid, mode }: { readonly uid?: number | undefined; readonly gid?: number | undefined; readonly mode: number },
  use: (fd: number) => T,
): T {
  rmSync(aside, { force: true });
  const fd = openSync(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    writeBytes(fd, content);
    setOwner(fd, { uid, gid });
    fchmodSync(fd, mode);
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Sets the owner of an open file. Without root it does nothing; the caller reports that. */
export function setOwner(
  fd: number,
  { uid, gid }: { readonly uid?: number | undefined; readonly gid?: number | undefined },
): void {
  const stats = fstatSync(fd);
  if (process.getuid?.() !== 0 || (uid === undefined && gid === undefined)) return;
  fchownSync(fd, uid ?? stats.uid, gid ?? stats.gid);
}

export function writeBytes(fd: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}
