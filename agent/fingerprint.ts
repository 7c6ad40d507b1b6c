import { createHash } from 'node:crypto';
import type { Facts } from './facts.ts';
import type { ReadHost } from './host/host.ts';

const seeds = ['/var/lib/cloud/seed/nocloud', '/var/lib/cloud/seed/nocloud-net', '/var/lib/bootagent/seed'];

/**
 * What is the same at every boot of one machine and differs for its clone: firmware's uuid and serial, and what seeds
 * say. By it a later boot knows that it is the machine it was, without asking anybody.
 */
export async function fingerprint({ platform, network }: Facts, host: ReadHost): Promise<string> {
  const hash = createHash('sha256');
  const add = (name: string, value: string | Uint8Array | undefined): void => {
    if (value !== undefined) hash.update(`${name}\0${value.length}\0`).update(value);
  };
  const uuid = isMeant(platform.uuid) ? platform.uuid : undefined;
  add('uuid', uuid);
  add('serial', platform.serial);
  // Where firmware is silent, the cards are what tells one machine from another.
  if (uuid === undefined)
    add(
      'macs',
      network.interfaces
        .map(({ mac }) => mac)
        .filter((mac) => mac !== '')
        .sort()
        .join(' '),
    );
  add('named', /(?:^|\s)ds=\S+/.exec(platform.kernelCommandLine)?.[0]);
  for (const folder of seeds) {
    for (const file of ['meta-data', 'user-data']) add(`${folder}/${file}`, await host.readBytes(`${folder}/${file}`));
  }
  return hash.digest('hex');
}

/** Firmware that was never told a uuid says all zeros or all ones. */
const isMeant = (uuid: string): boolean => new Set(uuid.replaceAll('-', '')).size > 1;
