import { matchingPaths } from '../host/glob.ts';
import type { ReadHost } from '../host/host.ts';

/** Returns the versions of the installed kernels. */
export const kernelsOf = async (host: ReadHost): Promise<string[]> =>
  (await matchingPaths(['/lib/modules/[0-9]*', '/usr/lib/modules/[0-9]*'], host)).map((path) =>
    path.slice(path.lastIndexOf('/') + 1),
  );

/** Whether a kernel is older than this version. */
export function isBefore(kernel: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return first < major || (first === major && second < minor);
}
