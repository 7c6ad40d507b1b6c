import { asProblem, Problem } from '../base/problem.ts';
import { codeOf } from './resolve-safely.ts';

/** Says what was being done, in words, when it fails. */
export function withContext<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('file-failed', `${doing}: ${wordsOf(error)}`, { cause: error });
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EIO: 'the disk answers with an error',
  EFBIG: 'the file is larger than allowed',
  EMFILE: 'too many open files',
};

const wordsOf = (error: unknown): string => words[codeOf(error)] ?? asProblem(error).message;
