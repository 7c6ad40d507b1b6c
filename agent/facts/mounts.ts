import { decodeOctalEscapes } from '../base/octal-escapes.ts';
import type { ReadHost } from '../host/host.ts';
import type { Mount } from './facts.ts';

/**
 * Returns the mounts in the order of /proc/self/mountinfo: of several mounts on one target, the last one is visible. Sizes
 * are 0 for file systems without a device node, except the root.
 */
export async function readMounts(host: ReadHost): Promise<Mount[]> {
  const found: Mount[] = [];
  for (const line of ((await host.readText('/proc/self/mountinfo')) ?? '').split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , device = '', , target = '', options = ''] = left.split(' ');
    const [type = '', source = ''] = right.split(' ');
    if (target === '') continue;
    const point = decodeOctalEscapes(target);
    const space =
      source.startsWith('/dev/') || point === '/' ? await host.space(point).catch(() => undefined) : undefined;
    const mount = { target: point, source: decodeOctalEscapes(source), type, options: options.split(','), device };
    found.push({ ...mount, bytes: space?.bytes ?? 0, freeBytes: space?.free ?? 0 });
  }
  return found;
}

/** Returns the paths of active swaps. */
export const swaps = async (host: ReadHost): Promise<string[]> =>
  ((await host.readText('/proc/swaps')) ?? '')
    .split('\n')
    .slice(1)
    .map((line) => decodeOctalEscapes(line.split(/\s+/)[0] ?? ''))
    .filter(Boolean);
