import { digest } from '../base/digest.ts';
import { ownPaths } from '../base/own-paths.ts';
import { drivesLabelled } from '../block/drives.ts';
import type { Facts } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';

/** The folders that may hold a seed, and the files of any tree that say who it is for. */
const folders = [
  '/var/lib/cloud/seed/nocloud',
  '/var/lib/cloud/seed/nocloud-net',
  ownPaths.seed,
  '/var/lib/cloud/seed/config_drive',
  '/var/lib/cloud/seed/opennebula',
  '/context',
] as const;
const labels = ['CIDATA', 'CONFIG-2', 'CONTEXT', 'CDROM', 'METADATA'] as const;
const files = [
  'meta-data',
  'user-data',
  'network-config',
  'openstack/latest/meta_data.json',
  'openstack/latest/user_data',
  'ec2/latest/meta-data.json',
  'context.sh',
  'meta-data/instance-id',
] as const;

/** Marks a fingerprint that lacks something that could not be read: it tells two machines apart, and no more. */
const partial = 'partial:';

/** Whether two fingerprints are those of two machines, as far as both are whole. */
export const isOtherMachine = (one: string, other: string): boolean =>
  one !== other && ![one, other].some((each) => each.startsWith(partial));

/** The fingerprint, or the one before it where this one is partial. */
export const wholeOf = (now: string, before: string): string => (now.startsWith(partial) ? before : now);

/**
 * What is the same at every boot of one machine and differs for its clone: firmware's uuid and serial, and what seeds
 * and drives say. By it a later boot knows that it is the machine it was, without asking anybody.
 */
export async function fingerprint({ platform, network, unknown = {} }: Facts, host: ReadHost): Promise<string> {
  const seen: Uint8Array[] = [];
  let unread = unknown.platform !== undefined || unknown.network !== undefined;
  const add = (name: string, value: string | Uint8Array | undefined): void => {
    if (value !== undefined) seen.push(Buffer.from(`${name}\0${value.length}\0`), Buffer.from(value));
  };
  const orNothing = (): undefined => {
    unread = true;
  };
  const uuid = isMeant(platform.uuid) ? platform.uuid : undefined;
  add('uuid', uuid);
  add('serial', platform.serial);
  if (uuid === undefined) add('cards', cards(network.interfaces));
  add('named', /(?:^|\s)"?(?:bootagent\.|ci\.)?ds=\S+/.exec(platform.kernelCommandLine)?.[0]);
  for (const folder of folders) {
    if (!(await host.stat(folder).catch(orNothing))) continue;
    for (const file of files) add(`${folder}/${file}`, await host.readBytes(`${folder}/${file}`).catch(orNothing));
  }
  for (const { path, volume } of (await drivesLabelled(host, ...labels).catch(orNothing)) ?? []) {
    for (const file of files) add(`${path}: ${file}`, await volume.read(file).catch(orNothing));
  }
  return `${unread ? partial : ''}${digest(Buffer.concat(seen))}`;
}

/** A file that pins the machine to its instance: seeds and volumes that come later are ignored, as long as firmware is the same. */
export const pinFile = ownPaths.pinned;

/** What only firmware and cards say of the machine: the same, whatever volumes are attached, and another for a clone. */
export function hardwareFingerprint({ platform, network }: Facts): string {
  const uuid = isMeant(platform.uuid) ? platform.uuid : cards(network.interfaces);
  return digest(Buffer.from(JSON.stringify([uuid, platform.serial ?? ''])));
}

/** Where firmware is silent, the network cards are what tells one machine from another. */
const cards = (interfaces: Facts['network']['interfaces']): string =>
  interfaces
    .map(({ mac }) => mac)
    .filter((mac) => mac !== '')
    .sort()
    .join(' ');

/** Firmware that was never told a uuid says all zeros or all ones. */
const isMeant = (uuid: string): boolean => new Set(uuid.replaceAll('-', '')).size > 1;
