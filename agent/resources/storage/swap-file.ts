import { formatBytes } from '../../base/format.ts';
import { decodeOctalEscapes } from '../../base/octal-escapes.ts';
import { Problem } from '../../base/problem.ts';
import { filesystemIn, signatureLength } from '../../block/signatures.ts';
import { anyExit } from '../../host/any-exit.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { mountsIn } from '../../host/mountinfo.ts';
import { realPath } from '../../host/real-path.ts';

const GiB = 2 ** 30;
/** File systems whose files the kernel cannot swap to. */
const unfit = ['tmpfs', 'ramfs', 'overlay', 'squashfs', 'nfs', 'nfs4', 'cifs', '9p', 'virtiofs', 'zfs', 'fuse', 'vfat'];
const long = 60 * 60 * 1000;

/** What a path holds, with regard to swap. */
export type Found = 'nothing' | 'swap' | 'unfinished' | 'data' | 'device' | 'other';

export async function foundAt(path: string, host: ReadHost): Promise<Found> {
  const stat = await host.stat(path);
  if (!stat) return 'nothing';
  if (stat.type === 'block') return 'device';
  if (stat.type !== 'file') return 'other';
  const head = (await host.readBytes(path, { from: 0, length: signatureLength })) ?? new Uint8Array();
  if (filesystemIn(head) === 'swap') return 'swap';
  // An interrupted run leaves an empty file: nothing is lost with it.
  return head.every((byte) => byte === 0) ? 'unfinished' : 'data';
}

/** Throws, with the numbers, where a swap file of this size is not possible at this path. */
export async function refuseUnfit(path: string, bytes: number, host: ReadHost): Promise<void> {
  const found = await foundAt(path, host);
  if (found === 'data')
    throw new Problem('not-possible', `${path} holds something other than swap; it is left unchanged`);
  if (found === 'device' || found === 'other') {
    throw new Problem('not-possible', `${path} is not a file`, {
      hint: 'A device that is swap already goes under "mounts".',
    });
  }
  const type = await typeAbove(path, host);
  if (unfit.includes(type) || type.startsWith('fuse.')) {
    throw new Problem('not-possible', `${path} would lie on ${type}, where no swap file can be`);
  }
  const space = await host.space(path.slice(0, path.lastIndexOf('/')) || '/');
  if (!space) return;
  const old = ((await host.stat(path))?.allocated ?? 0) + ((await host.stat(partOf(path)))?.allocated ?? 0);
  const reserve = Math.min(GiB, Math.floor(space.bytes / 10));
  if (bytes <= space.free + old - reserve) return;
  const numbers = `${formatBytes(space.free + old)} are free and ${formatBytes(reserve)} of them stay free`;
  throw new Problem('not-possible', `No room for ${formatBytes(bytes)} of swap at ${path}: ${numbers}`);
}

/** Creates a swap file and renames it into place, so that an interrupted one is never used. */
export async function makeSwapFile(path: string, bytes: number, host: Host, written = false): Promise<void> {
  const part = partOf(path);
  await host.remove(part);
  try {
    await fill(part, bytes, host, written);
    // mkswap also sets the SELinux label.
    await host.run(['mkswap', part]);
    await host.run(['mv', '-T', part, path]);
  } catch (error) {
    await host.remove(part);
    throw error;
  }
}

async function fill(part: string, bytes: number, host: Host, written: boolean): Promise<void> {
  const type = await typeAbove(part, host);
  await host.writeFile(part, '', { mode: 0o600, owner: 'root', group: 'root' });
  // btrfs swaps only to files without copy-on-write, an attribute that only empty files accept.
  if (type === 'btrfs') await host.run(['chattr', '+C', part]);
  if (!written && !(type === 'xfs' && (await isOldKernel(host)))) await setAside(part, bytes, host);
  if (await hasHoles(part, bytes, host)) await zeros(part, bytes, host);
}

/** Activates a swap file; one that the kernel refuses for its holes is rewritten with zeros. */
export async function useSwapFile(path: string, bytes: number, host: Host): Promise<void> {
  const { code, stderr } = await host.run(['swapon', path], { accept: anyExit });
  if (code === 0) return;
  if (!/invalid argument|holes/i.test(stderr)) throw new Problem('command-failed', `swapon ${path}: ${stderr.trim()}`);
  await host.remove(path);
  await makeSwapFile(path, bytes, host, true);
  await host.run(['swapon', path]);
}

/** Returns the bytes of an active swap, or undefined. */
export async function usedBytes(path: string, host: ReadHost): Promise<number | undefined> {
  const lines = ((await host.readText('/proc/swaps')) ?? '').split('\n').slice(1).filter(Boolean);
  const swaps = new Map(
    lines.map((line) => line.split(/\s+/)).map((fields) => [decodeOctalEscapes(fields[0] ?? ''), fields]),
  );
  // The kernel shows a path without links.
  const fields = swaps.get(path) ?? (swaps.size > 0 ? swaps.get(await realPath(path, host)) : undefined);
  // The kernel does not count the first page, which holds the signature.
  return fields ? Number(fields[2]) * 1024 : undefined;
}

const partOf = (path: string): string => `${path}.bootagent-part`;

const zeros = (path: string, bytes: number, host: Host) =>
  host.run(
    [
      'dd',
      'if=/dev/zero',
      `of=${path}`,
      'bs=1M',
      `count=${bytes}`,
      'iflag=count_bytes',
      'conv=notrunc,fsync',
      'status=none',
    ],
    { timeoutMs: 0 },
  );

/** Allocates space without writing it, where the file system can. */
async function setAside(path: string, bytes: number, host: Host): Promise<void> {
  const { code, stderr } = await host.run(['fallocate', '-l', `${bytes}`, path], { timeoutMs: long, accept: anyExit });
  if (code !== 0 && /no space left/i.test(stderr)) {
    throw new Problem('not-possible', `No room for ${formatBytes(bytes)} of swap at ${path}: ${stderr.trim()}`);
  }
}

async function hasHoles(path: string, bytes: number, host: ReadHost): Promise<boolean> {
  const stat = await host.stat(path);
  return stat !== undefined && (stat.size < bytes || stat.allocated < bytes);
}

/** xfs before Linux 4.18 refuses to swap to space from fallocate. */
async function isOldKernel(host: ReadHost): Promise<boolean> {
  const [major = 0, minor = 0] = ((await host.readText('/proc/sys/kernel/osrelease')) ?? '').split('.').map(Number);
  return major < 4 || (major === 4 && minor < 18);
}

/** Returns the type of the file system of a path, which need not exist yet. */
async function typeAbove(path: string, host: ReadHost): Promise<string> {
  const mounts = mountsIn((await host.readText('/proc/self/mountinfo')) ?? '');
  const above = mounts.filter(({ target }) => target === '/' || path.startsWith(`${target}/`));
  return above.toSorted((a, b) => a.target.length - b.target.length).at(-1)?.type ?? 'unknown';
}
