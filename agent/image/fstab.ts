// Format: fstab, https://man7.org/linux/man-pages/man5/fstab.5.html
import type { ReadHost } from '../host/host.ts';

export interface FstabLine {
  readonly source: string;
  readonly target: string;
  readonly type: string;
}

/** What fstab mounts and swaps to. */
export const fstab = async (host: ReadHost): Promise<FstabLine[]> =>
  ((await host.readText('/etc/fstab')) ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([first = '']) => first !== '' && !first.startsWith('#'))
    .map(([source = '', target = '', type = '']) => ({ source, target, type }));

/** The swap files: everything swapped to that is no device. */
export const swapFiles = async (host: ReadHost): Promise<string[]> =>
  (await fstab(host))
    .filter(({ type, source }) => type === 'swap' && source.startsWith('/') && !source.startsWith('/dev/'))
    .map(({ source }) => source);
