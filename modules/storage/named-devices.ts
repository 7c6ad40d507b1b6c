import type { Facts } from '../../agent/facts/facts.ts';
import type { Instance } from '../../agent/metadata/datasource.ts';

/** Returns the metadata's device mapping, such as {ephemeral0: "sdb"}. */
export function mappingOf({ metadata }: Instance): ReadonlyMap<string, string> {
  const mapping = metadata['block-device-mapping'];
  if (typeof mapping !== 'object' || mapping === null) return new Map();
  return new Map(Object.entries(mapping).map(([name, device]) => [name, `${device}`]));
}

/**
 * Returns the device of a name in cloud-config: a name of the metadata ("ephemeral0", "ephemeral0.1"), a short name ("sdc"),
 * or a path, which is returned as it is. Undefined if the metadata's device does not exist.
 */
export function deviceNamed(
  name: string,
  { facts, instance }: { facts: Facts; instance: Instance },
): string | undefined {
  const [, base = name, part] = /^(ephemeral\d+|swap|ami|root|ebs\d+)(?:\.(\d+))?$/.exec(name) ?? [];
  const mapped = mappingOf(instance).get(base);
  if (mapped === undefined) return isOfMetadata(name) ? undefined : isShort(name) ? `/dev/${name}` : name;
  const disk = present(mapped.replace(/^\/dev\//, ''), facts);
  if (disk === undefined) return undefined;
  if (part === '0') return disk;
  if (part !== undefined) return partitionOf(disk, part);
  // For a partitioned disk, the name refers to the first partition.
  return facts.disks.some(({ path, partitions }) => path === disk && partitions.length > 0)
    ? partitionOf(disk, '1')
    : disk;
}

/** Returns the path of a partition: /dev/sdb1, /dev/nvme1n1p1. */
export const partitionOf = (disk: string, partition: string): string =>
  `${disk}${/\d$/.test(disk) ? 'p' : ''}${partition}`;

/** Returns the path of an existing disk: the metadata uses sdb even if the hypervisor calls the disk vdb or xvdb. */
function present(device: string, { disks }: Facts): string | undefined {
  const letter = /^(?:s|v|xv)d([a-z]+\d*)$/.exec(device)?.[1];
  const names = letter === undefined ? [device] : [device, `vd${letter}`, `xvd${letter}`, `sd${letter}`];
  return names.map((each) => `/dev/${each}`).find((path) => disks.some((disk) => disk.path === path));
}

const isOfMetadata = (name: string): boolean => /^(?:ephemeral\d+(?:\.\d+)?|swap|ami|root|ebs\d+)$/.test(name);

const isShort = (name: string): boolean => /^(?:s|v|h|xv)d[a-z]+\d*$|^nvme\d+n\d+(?:p\d+)?$/.test(name);
