import { decodeOctalEscapes } from '../base/octal-escapes.ts';
import type { ReadHost } from '../host/host.ts';
import { mountsIn } from '../host/mountinfo.ts';
import type { Mount } from './facts.ts';

/**
 * Returns the mounts in the order of /proc/self/mountinfo: of several mounts on one target, the last one is visible. Sizes
 * are 0 for file systems without a device node, except the root.
 */
export async function readMounts(host: ReadHost): Promise<Mount[]> {
  const found: Mount[] = [];
  for (const { target, source, type, options, device } of mountsIn(
    (await host.readText('/proc/self/mountinfo')) ?? '',
  )) {
    const hasSize = source.startsWith('/dev/') || target === '/';
    const space = hasSize ? await host.space(target).catch(() => undefined) : undefined;
    found.push({ target, source, type, options, device, bytes: space?.bytes ?? 0, freeBytes: space?.free ?? 0 });
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
