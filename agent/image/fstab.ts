// Format: fstab, https://man7.org/linux/man-pages/man5/fstab.5.html
import type { ReadHost } from '../host/host.ts';

export interface FstabLine {
  readonly source: string;
  readonly target: string;
  readonly type: string;
}

/** Returns the entries of fstab. */
export const fstab = async (host: ReadHost): Promise<FstabLine[]> =>
  ((await host.readText('/etc/fstab')) ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([first = '']) => first !== '' && !first.startsWith('#'))
    .map(([source = '', target = '', type = '']) => ({ source, target, type }));

/** Returns the swap files: the swap entries that are not devices. */
export const swapFiles = async (host: ReadHost): Promise<string[]> =>
  (await fstab(host))
    .filter(({ type, source }) => type === 'swap' && source.startsWith('/') && !source.startsWith('/dev/'))
    .map(({ source }) => source);
