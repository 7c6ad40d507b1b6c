import { lstatSync, readlinkSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { runningQuery } from '../changes/running.ts';
import { unescaped } from '../facts/mounts.ts';
import type { ReadHost, Stat } from '../host/host.ts';
import { reading } from '../host/looks.ts';
import { Problem } from '../problem.ts';
import { isMasked, linksTo } from '../units.ts';
import { headLength, type Picture } from './picture.ts';

/** Trees that each boot makes anew: what lies there has no times that mean anything. */
const fleeting = /^\/(?:proc|sys|dev|run)(?:\/|$)/;
/** What an earlier process of the same boot left: at the next one there is nothing yet. */
const leftovers = /^\/run\/bootagent\/(?!conf\.d)/;
const nothing = new Uint8Array();
const letters = { file: 'f', directory: 'd', link: 'h', block: 'b', other: 'e' } as const satisfies Record<
  Stat['type'],
  string
>;
/** A link that leads to a link, and so on: the kernel itself gives up at forty. */
const mostLinks = 8;

/**
 * The machine as the first stage of its next boot will find it, if nothing changes: without a network, with nothing of
 * bootagent's own in /run, and with what starts at boot about to. Whatever is looked at gets into the picture.
 */
export function noting(host: ReadHost, picture: Picture): ReadHost {
  const inTree = (path: string): string => (host.root === '/' ? path : host.root + path);

  return {
    ...host,
    async readText(path) {
      const bytes = await read(path);
      return bytes && Buffer.from(bytes).toString();
    },
    async readBytes(path, piece) {
      if (!piece) return read(path);
      if (path.startsWith('/dev/')) return readDevice(path, piece);
      if (fleeting.test(path)) return (await read(path))?.subarray(piece.from, piece.from + piece.length);
      return note(path, { follow: true }) ? host.readBytes(path, piece) : undefined;
    },
    async stat(path) {
      if (leftovers.test(path)) return void picture.gone(path);
      if (!fleeting.test(path)) return note(path, { follow: false }) ? host.stat(path) : undefined;
      const stat = await host.stat(path);
      if (!stat) picture.gone(path);
      else picture.type(path, letters[stat.type]);
      return stat;
    },
    async list(path) {
      if (!fleeting.test(path)) return note(path, { follow: true }) ? host.list(path) : [];
      const names = await host.list(path);
      picture.names(path, names);
      return names;
    },
    async readLink(path) {
      if (!fleeting.test(path)) return note(path, { follow: false }) ? host.readLink(path) : undefined;
      const target = await host.readLink(path);
      if (target !== undefined) picture.leads(path, resolve(dirname(path), target));
      else if (await host.stat(path)) picture.worthless(`${path} is no link`);
      else picture.gone(path);
      return target;
    },
    async space(path) {
      sizeOf(path);
      return host.space(path);
    },
    async query(argv) {
      const unit = argv.at(-1) ?? '';
      if (!argv.every((word, index) => word === runningQuery(unit)[index])) return never(argv.join(' '));
      const starts = !(await isMasked(unit, this)) && (await linksTo(unit, this, 'all')).length > 0;
      return { code: 0, stdout: `ActiveState=${starts ? 'active' : 'inactive'}\n`, stderr: '' };
    },
    http: async ({ url }) => never(url),
    sleep: async () => never('a wait'),
  };

  async function read(path: string): Promise<Uint8Array | undefined> {
    if (leftovers.test(path)) return void picture.gone(path);
    if (!fleeting.test(path)) return note(path, { follow: true }) ? host.readBytes(path) : undefined;
    const bytes = await host.readBytes(path);
    const text = () => Buffer.from(bytes ?? []).toString();
    if (['/proc/net/route', '/proc/net/ipv6_route'].includes(path)) {
      picture.unnumbered();
      return undefined;
    }
    if (bytes === undefined) picture.gone(path);
    else if (path === '/proc/meminfo') picture.memory(Number(/^MemTotal:\s+(\d+)/m.exec(text())?.[1] ?? 0));
    else if (path === '/proc/self/mountinfo') picture.mounts(text());
    else if (path === '/proc/swaps') picture.swaps(text());
    else picture.read(path, bytes);
    return bytes;
  }

  /** A disk that is mounted changes all the time: what counts is that it is mounted, and how large it is. */
  async function readDevice(path: string, piece: { readonly from: number; readonly length: number }) {
    const target = await mountedAt(path);
    if (target !== undefined) {
      sizeOf(target);
      return host.readBytes(path, piece);
    }
    if (piece.from + piece.length > headLength)
      picture.worthless(`${path} was read beyond its first ${headLength} bytes`);
    // A drive without a medium cannot be read, by us or by the shell.
    picture.read(path, (await host.readBytes(path, { from: 0, length: headLength }).catch(() => undefined)) ?? nothing);
    return host.readBytes(path, piece);
  }

  async function mountedAt(path: string): Promise<string | undefined> {
    const number = (await host.stat(path))?.rdev;
    const lines = ((await host.readText('/proc/self/mountinfo')) ?? '').split('\n').filter(Boolean);
    for (const line of lines) {
      const [left = '', right = ''] = line.split(' - ');
      const [, , device, , target = ''] = left.split(' ');
      if (device === number || right.split(' ')[1] === path) return unescaped(target);
    }
    return undefined;
  }

  /** Before it is looked at: what is changed after that has other times by then. Whether anything is there. */
  function note(path: string, { follow }: { readonly follow: boolean }, links = 0): boolean {
    const stats = reading(path, () => lstatSync(inTree(path), { bigint: true }));
    if (!stats) {
      picture.gone(path);
      return false;
    }
    const { ino, size, ctimeNs } = stats;
    const seconds = ctimeNs / 1_000_000_000n;
    picture.file(path, `${ino} ${size} ${seconds}.${String(ctimeNs % 1_000_000_000n).padStart(9, '0')}`);
    if (!follow || !stats.isSymbolicLink()) return true;
    if (links > mostLinks) picture.worthless(`${path} leads on and on`);
    return links <= mostLinks && note(resolve(dirname(path), readlinkSync(inTree(path))), { follow }, links + 1);
  }

  function sizeOf(target: string): void {
    const { blocks, bsize } = statfsSync(inTree(target));
    picture.filesystem(target, `${blocks} ${bsize}`);
  }

  function never(what: string): never {
    picture.worthless(`it takes ${what}`);
    throw new Problem('unexpected', `A rehearsal has no ${what}`);
  }
}
