import { arch } from 'node:process';
import type { ReadHost } from '../host/host.ts';
import type { Platform } from './facts.ts';

/** What the firmware (DMI) and the kernel say. Where there is no DMI, or no right to read it, its words are empty. */
export async function platform(host: ReadHost): Promise<Platform> {
  const dmi = async (name: string) => ((await host.readText(`/sys/class/dmi/id/${name}`).catch(() => '')) ?? '').trim();
  return {
    vendor: await dmi('sys_vendor'),
    product: await dmi('product_name'),
    serial: await dmi('product_serial'),
    uuid: (await dmi('product_uuid')).toLowerCase(),
    chassis: await dmi('chassis_asset_tag'),
    architecture: arch,
    kernel: ((await host.readText('/proc/sys/kernel/osrelease')) ?? '').trim(),
    kernelCommandLine: ((await host.readText('/proc/cmdline')) ?? '').trim(),
  };
}
