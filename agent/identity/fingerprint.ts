import { digest } from '../base/digest.ts';
import { ownPaths } from '../base/own-paths.ts';
import { drivesLabelled } from '../block/drives.ts';
import type { Facts } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';

/** The directories that may hold a seed; `files` are the files of any tree that identify the instance. */
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

/** The prefix of a fingerprint without data that could not be read: a difference from another one proves nothing. */
const partial = 'partial:';

/** Whether two fingerprints belong to different machines; false if one of them is partial. */
export const isOtherMachine = (one: string, other: string): boolean =>
  one !== other && ![one, other].some((each) => each.startsWith(partial));

/** Returns the current fingerprint, or the previous one if the current one is partial. */
export const wholeOf = (now: string, before: string): string => (now.startsWith(partial) ? before : now);

/**
 * Returns a hash that is the same at every boot of one machine and differs for its clone: over the firmware's uuid and serial
 * number and the content of seeds and drives. It lets a later boot recognize the machine without a request.
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

/** A file that pins the machine to its instance: seeds and volumes added later are ignored while the hardware is the same. */
export const pinFile = ownPaths.pinned;

/** Returns a hash over firmware and network cards only: it does not depend on attached volumes, and differs for a clone. */
export function hardwareFingerprint({ platform, network }: Facts): string {
  const uuid = isMeant(platform.uuid) ? platform.uuid : cards(network.interfaces);
  return digest(Buffer.from(JSON.stringify([uuid, platform.serial ?? ''])));
}

/** Returns the MAC addresses, which identify a machine whose firmware has no uuid. */
const cards = (interfaces: Facts['network']['interfaces']): string =>
  interfaces
    .map(({ mac }) => mac)
    .filter((mac) => mac !== '')
    .sort()
    .join(' ');

/** Whether a uuid is set: firmware without one reports all zeros or all ones. */
const isMeant = (uuid: string): boolean => new Set(uuid.replaceAll('-', '')).size > 1;
