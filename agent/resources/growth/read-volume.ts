import { Problem } from '../../base/problem.ts';
import { type Block, blockAt } from '../../block/block-device.ts';
import { contentOf } from '../../block/device-content.ts';
import type { ReadHost } from '../../host/host.ts';
import type { Device, Opaque, Partition, PhysicalVolume, VolumeGroup, WholeDisk } from './layout.ts';
import { volumeTypes } from './new-volume.ts';
import { lastOutputLine } from './read-table.ts';
import { partitionNode } from './table-dump.ts';

/** Options without which lvm takes locks and writes its hints even for a query. */
const looking = ['--readonly', '--nolocking', '--config', 'devices{hints="none"}'] as const;
const asBytes = ['--reportformat', 'json', '--units', 'b', '--nosuffix', '-o'] as const;

/** Reads a device and everything under it: a physical volume can be on any device. */
type ReadDevice = (block: Block, host: ReadHost) => Promise<Device>;

/** A logical volume with its group and the devices below it; the kernel knows it by the ids of both. */
export async function readVolume(
  { path, bytes, mapped = '' }: Block,
  host: ReadHost,
  readDevice: ReadDevice,
): Promise<Device> {
  const volumes = await report('lvs', 'lv', 'vg_name,lv_name,vg_uuid,lv_uuid,segtype,vg_free,vg_extent_size', host);
  const segments = volumes.filter((each) => mapped === `LVM-${bare(each.vg_uuid)}${bare(each.lv_uuid)}`);
  const [first] = segments;
  if (!first) return { is: 'opaque', path, bytes, because: 'a volume that lvs does not list' };
  const all = await report('pvs', 'pv', 'pv_name,vg_name,pv_size,pe_start', host);
  const members: PhysicalVolume[] = [];
  for (const one of all.filter((each) => each.vg_name === first.vg_name))
    members.push(await memberOf(one, host, readDevice));
  const disks = members.flatMap(({ device }) => (device.is === 'partition' ? [device] : []));
  const group: VolumeGroup = {
    name: first.vg_name ?? '',
    extent: Number(first.vg_extent_size),
    free: Number(first.vg_free),
    members,
    spare: all.flatMap(({ vg_name, pv_name = '' }) => (vg_name === '' && isOnOneOf(pv_name, disks) ? [pv_name] : [])),
    empty: await emptyOnes(disks, new Set(all.map(({ pv_name = '' }) => pv_name)), host),
  };
  const name = `${first.vg_name}/${first.lv_name}`;
  return { is: 'volume', path, name, bytes, segments: segments.map(({ segtype = '' }) => segtype), group };
}

type Row = Readonly<Record<string, string>>;

async function report(
  program: 'lvs' | 'pvs',
  key: 'lv' | 'pv',
  fields: string,
  host: ReadHost,
): Promise<readonly Row[]> {
  const more = program === 'lvs' ? ['--segments'] : [];
  const { code, stdout, stderr } = await host.query([program, ...looking, ...asBytes, fields, ...more]);
  if (code !== 0) {
    const cause = host.privileged ? undefined : { code: 'EACCES' };
    throw new Problem('command-failed', `${program} cannot list the volumes: ${lastOutputLine(stderr)}`, { cause });
  }
  const { report: reports } = JSON.parse(stdout) as { report: Readonly<Record<string, readonly Row[]>>[] };
  return reports.flatMap((each) => each[key] ?? each.seg ?? []);
}

async function memberOf(
  { pv_name: path = '', pv_size, pe_start }: Row,
  host: ReadHost,
  readDevice: ReadDevice,
): Promise<PhysicalVolume> {
  const block = await blockAt(path, host);
  const missing: Opaque = { is: 'opaque', path, bytes: 0, because: 'missing' };
  const device = block ? await readDevice(block, host) : missing;
  const below: WholeDisk | Partition | Opaque =
    device.is === 'volume' ? { is: 'opaque', path, bytes: device.bytes, because: 'a volume itself' } : device;
  return { path, bytes: Number(pv_size), start: Number(pe_start), device: below };
}

/** Returns the last partitions of LVM's type that are still empty. */
async function emptyOnes(disks: readonly Partition[], known: ReadonlySet<string>, host: ReadHost): Promise<string[]> {
  const found: string[] = [];
  for (const { disk, table } of disks) {
    if (!table || 'unread' in table) continue;
    const last = table.entries.toSorted((a, b) => b.start - a.start)[0];
    const path = last && partitionNode(disk.path, last.number);
    const isVolume = Object.values(volumeTypes).some((each) => each.toLowerCase() === last?.type.toLowerCase());
    if (path === undefined || !isVolume || known.has(path) || found.includes(path)) continue;
    if ((await contentOf(path, host)).is === 'nothing') found.push(path);
  }
  return found;
}

const isOnOneOf = (path: string, disks: readonly Partition[]): boolean =>
  disks.some(({ disk }) => path.startsWith(disk.path));

const bare = (uuid = ''): string => uuid.replaceAll('-', '');
