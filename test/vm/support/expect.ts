import assert from 'node:assert/strict';
import type { Boot } from '../../machine/support/boot.ts';

/** The SMBIOS fields of Amazon's firmware. */
export const ec2Firmware = 'manufacturer=Amazon EC2,uuid=ec2e1916-9099-7caf-fd21-012345abcdef';

/** The SMBIOS fields of OpenStack's firmware. */
export const novaFirmware = 'manufacturer=OpenStack Foundation,product=OpenStack Nova';

/** Returns the size of the root file system in bytes. */
export const rootBytes = (boot: Boot): number => Number(boot.read('root').trim());

/** Returns the size of a swap file in bytes, or 0 if it is not in use. */
export function swapBytes(boot: Boot, path: string): number {
  const line = boot
    .read('swaps')
    .split('\n')
    .find((each) => each.startsWith(`${path} `));
  return Number(line?.split(/\s+/)[2] ?? 0) * 1024;
}

/** Asserts that these records of the second boot equal those of the first. */
export function nothingChanged(first: Boot, second: Boot, names: readonly string[]): void {
  for (const name of names) assert.equal(second.read(name), first.read(name), name);
}
