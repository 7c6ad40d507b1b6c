import assert from 'node:assert/strict';
import type { Boot } from '../../machine/support/boot.ts';

/** What Amazon's firmware says of a machine. */
export const ec2Firmware = 'manufacturer=Amazon EC2,uuid=ec2e1916-9099-7caf-fd21-012345abcdef';

/** What OpenStack's says. */
export const novaFirmware = 'manufacturer=OpenStack Foundation,product=OpenStack Nova';

/** How large the root file system is. */
export const rootBytes = (boot: Boot): number => Number(boot.read('root').trim());

/** How large that swap file is, 0 where it is not in use. */
export function swapBytes(boot: Boot, path: string): number {
  const line = boot
    .read('swaps')
    .split('\n')
    .find((each) => each.startsWith(`${path} `));
  return Number(line?.split(/\s+/)[2] ?? 0) * 1024;
}

/** Of these, the second boot shows what the first one showed. */
export function nothingChanged(first: Boot, second: Boot, names: readonly string[]): void {
  for (const name of names) assert.equal(second.read(name), first.read(name), name);
}
