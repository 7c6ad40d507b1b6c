import type { ReadHost } from '../host/host.ts';

/** A block device by its entry in /sys, which users cannot rename. */
export interface Block {
  /** The kernel's own name: "vda1", "dm-0". */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly readOnly: boolean;
  /** Of a partition: its number, the disk it is on, and the byte it starts at. */
  readonly partition?: { readonly number: number; readonly disk: string; readonly start: number };
  /** Of a mapped device: "LVM-…", "CRYPT-…". */
  readonly mapped?: string;
  readonly isArray: boolean;
}

/** Returns the block device with this major:minor number ("252:1"), or undefined if there is none. */
export async function blockOf(device: string, host: ReadHost): Promise<Block | undefined> {
  const link = await host.readLink(`/sys/dev/block/${device}`);
  return link === undefined ? undefined : blockNamed(link.slice(link.lastIndexOf('/') + 1), host);
}

/** Returns the block device at a path such as /dev/vda1 or /dev/disk/by-label/data. */
export async function blockAt(path: string, host: ReadHost): Promise<Block | undefined> {
  const target = await host.readLink(path);
  const name = (target ?? path).replace(/^\/dev\/(?!mapper\/)/, '').replace(/^(?:\.\.\/)+/, '');
  return blockNamed(name.replaceAll('/', '!'), host);
}

export async function blockNamed(name: string, host: ReadHost): Promise<Block | undefined> {
  const folder = `/sys/class/block/${name}`;
  const [sectors, link] = [await host.readText(`${folder}/size`), await host.readLink(folder)];
  if (sectors === undefined) return undefined;
  const number = await host.readText(`${folder}/partition`);
  const disk = link?.split('/').at(-2);
  const mapped = await host.readText(`${folder}/dm/uuid`);
  return {
    name,
    path: `/dev/${name.replaceAll('!', '/')}`,
    // /sys counts in units of 512 bytes, whatever the sector size of the disk.
    bytes: Number(sectors) * 512,
    readOnly: (await host.readText(`${folder}/ro`))?.trim() === '1',
    ...(number !== undefined &&
      disk !== undefined && {
        partition: { number: Number(number), disk, start: Number(await host.readText(`${folder}/start`)) * 512 },
      }),
    ...(mapped !== undefined && { mapped: mapped.trim() }),
    isArray: (await host.list(`${folder}/md`)).length > 0,
  };
}
