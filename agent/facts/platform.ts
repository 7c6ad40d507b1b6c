import { arch } from 'node:process';
import type { ReadHost } from '../host/host.ts';
import type { Platform } from './facts.ts';
import { forEach } from './read-facts.ts';

export const unknownPlatform: Platform = {
  vendor: '',
  product: '',
  serial: '',
  uuid: '',
  chassis: '',
  architecture: arch,
  kernel: '',
  kernelCommandLine: '',
};

const files = [
  ['vendor', '/sys/class/dmi/id/sys_vendor'],
  ['product', '/sys/class/dmi/id/product_name'],
  ['serial', '/sys/class/dmi/id/product_serial'],
  ['uuid', '/sys/class/dmi/id/product_uuid'],
  ['chassis', '/sys/class/dmi/id/chassis_asset_tag'],
  ['kernel', '/proc/sys/kernel/osrelease'],
  ['kernelCommandLine', '/proc/cmdline'],
] as const satisfies readonly (readonly [keyof Platform, string])[];

/** Reads the DMI and kernel values into `platform`. Values that do not exist, or that need root to read, are empty. */
export const readPlatform = (
  host: ReadHost,
  platform: { -readonly [K in keyof Platform]: Platform[K] },
): Promise<void> =>
  forEach(files, async ([word, path]) => {
    const text = await host.readText(path).catch((error) => {
      if (host.privileged) throw error;
      return undefined;
    });
    const value = (text ?? '').trim();
    platform[word] = word === 'uuid' ? value.toLowerCase() : value;
  });
