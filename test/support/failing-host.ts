import { Problem } from '../../agent/base/problem.ts';
import type { Host } from '../../agent/host/host.ts';

const reads = ['readText', 'readBytes', 'stat', 'list', 'readLink', 'space'] as const;
export type Read = (typeof reads)[number];

/** One read of the host. */
export interface Question {
  readonly read: Read;
  readonly path: string;
}

export const nameOf = ({ read, path }: Question): string => `${read} ${path}`;

/** Returns the host with `ask` called before each read. */
export function asking<H extends Host>(host: H, ask: (question: Question) => void): H {
  const wrapped = { ...host };
  for (const read of reads) {
    const answer = host[read] as (path: string, ...rest: unknown[]) => Promise<unknown>;
    Object.assign(wrapped, {
      [read]: async (path: string, ...rest: unknown[]) => {
        ask({ read, path });
        return answer(path, ...rest);
      },
    });
  }
  return wrapped;
}

/** Returns the problem that a broken disk causes at this path. */
export const eio = (path: string): Problem =>
  new Problem('file-failed', `Cannot read ${path}: the disk answers with an error`, {
    cause: Object.assign(new Error('EIO'), { code: 'EIO' }),
  });

/** Returns the host with failing reads: always, or the first `times` times. */
export function failing<H extends Host>(
  host: H,
  isBroken: (question: Question) => boolean,
  times = Number.POSITIVE_INFINITY,
): H {
  let left = times;
  return asking(host, (question) => {
    if (left > 0 && isBroken(question)) {
      left--;
      throw eio(question.path);
    }
  });
}
