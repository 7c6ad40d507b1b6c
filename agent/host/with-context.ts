import { mapOf } from '../base/map-of.ts';
import { asProblem, Problem } from '../base/problem.ts';
import { codeOf } from './resolve-safely.ts';

/** Runs `work` and adds a description of the operation to its errors. */
export function withContext<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw systemProblem(doing, error);
  }
}

/** Returns the problem of a system error, in plain words and with a hint for its cause. */
export function systemProblem(
  doing: string,
  error: unknown,
  code: 'file-failed' | 'command-failed' = 'file-failed',
): Problem {
  const hint = hints.get(codeOf(error));
  return new Problem(code, `${doing}: ${wordsOf(error)}`, { cause: error, ...(hint && { hint }) });
}

/** Whether an error is a permission error (EACCES or EPERM). */
export const isRefused = (error: unknown): boolean =>
  [error, asProblem(error).cause].some((each) => each !== undefined && ['EACCES', 'EPERM'].includes(codeOf(each)));

const words = mapOf({
  ENOENT: 'no such file',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EIO: 'the disk answers with an error',
  EFBIG: 'the file is larger than allowed',
  EMFILE: 'too many open files',
  EAGAIN: 'no more processes can be started',
  ENOMEM: 'there is not enough memory',
});

const space = 'Free space on this file system (df), then "bootagent run --retry-failed".';
const rights =
  'Run it as root (sudo). As root: look for an immutable file (lsattr), SELinux denials (ausearch -m avc) or a network file system.';
const disk = 'Look for errors of the disk in the kernel log (journalctl -k), then "bootagent run --retry-failed".';

/** The hint for each error code. */
const hints = mapOf({
  ENOENT: 'Check the path; a folder on the way to it may be missing.',
  ENOSPC: space,
  EDQUOT: 'Free space within the quota (quota), then "bootagent run --retry-failed".',
  EROFS: 'Mount the file system for writing (mount -o remount,rw), then "bootagent run --retry-failed".',
  EACCES: rights,
  EPERM: rights,
  EIO: disk,
  EAGAIN: 'The limit of processes is reached (ulimit -u, TasksMax); afterwards "bootagent run --retry-failed".',
  ENOMEM: 'Free memory, then "bootagent run --retry-failed".',
  EMFILE: 'Raise the limit of open files (ulimit -n), then "bootagent run --retry-failed".',
});

const wordsOf = (error: unknown): string => words.get(codeOf(error)) ?? asProblem(error).message;
