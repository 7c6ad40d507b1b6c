import type { Mount } from '../../agent/facts/facts.ts';

const GiB = 2 ** 30;

/**
 * Returns the recommended swap size in bytes: the memory size up to 4 GiB, then 4 GiB, and from 16 GiB the square root of the
 * memory in GiB. The limit is a quarter of the free disk space, or `maxsize` (at most 90 % of the free space).
 */
export function suggested(memory: number, free: number, maxsize: number | undefined): number {
  const most = maxsize === undefined ? Math.min(free / 4, 2 * memory) : Math.min(maxsize, free * 0.9);
  const wanted = memory < 4 * GiB ? memory : memory < 16 * GiB ? 4 * GiB : Math.round(Math.sqrt(memory / GiB)) * GiB;
  return Math.floor(Math.min(wanted, most) / 2 ** 20) * 2 ** 20;
}

/** Returns the mount that contains a path. */
export const mountOf = (path: string, mounts: readonly Mount[]): Mount | undefined =>
  mounts
    .filter(({ target }) => target === '/' || path === target || path.startsWith(`${target}/`))
    .toSorted((a, b) => a.target.length - b.target.length)
    .at(-1);
