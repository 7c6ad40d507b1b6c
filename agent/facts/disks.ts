import { isIdleLoop } from '../block/device-names.ts';
import { filesystemIn, signatureLength } from '../block/signatures.ts';
import type { ReadHost } from '../host/host.ts';
import type { Disk, Facts } from './facts.ts';

/** RAM disks and floppy drives. */
const uninteresting = /^(?:ram|zram|fd)\d/;
const sector = 512; // the unit of sizes in /sys, whatever the sector size of the disk

/** Returns the disks, with their partitions as listed in /sys. */
export async function disks(host: ReadHost): Promise<Facts['disks']> {
  const found: Disk[] = [];
  for (const name of await host.list('/sys/block')) {
    if (uninteresting.test(name) || (await isIdleLoop(name, host))) continue;
    const size = await number(host, `/sys/block/${name}/size`);
    if (size === 0) continue;
    found.push({
      path: `/dev/${name}`,
      bytes: size * sector,
      readOnly: (await number(host, `/sys/block/${name}/ro`)) === 1,
      ...(await held(host, `/dev/${name}`)),
      partitions: await partitions(host, name),
    });
  }
  return found;
}

async function partitions(host: ReadHost, disk: string): Promise<Disk['partitions']> {
  const found: Disk['partitions'][number][] = [];
  for (const name of await host.list(`/sys/block/${disk}`)) {
    if (!name.startsWith(disk)) continue;
    const at = `/sys/block/${disk}/${name}`;
    const place = {
      start: (await number(host, `${at}/start`)) * sector,
      bytes: (await number(host, `${at}/size`)) * sector,
    };
    found.push({
      path: `/dev/${name}`,
      number: await number(host, `${at}/partition`),
      ...place,
      ...(await held(host, `/dev/${name}`)),
    });
  }
  return found.sort((a, b) => a.number - b.number);
}

/** Reads the file system signature from the device, which requires root. */
async function held(host: ReadHost, path: string): Promise<{ readonly filesystem?: string }> {
  if (!host.privileged) return {};
  const head = await host.readBytes(path, { from: 0, length: signatureLength }).catch(() => undefined);
  return head ? { filesystem: filesystemIn(head) } : {};
}

const number = async (host: ReadHost, path: string): Promise<number> => Number((await host.readText(path)) ?? 0);
