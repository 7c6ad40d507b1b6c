import { formatBytes } from '../../base/format.ts';
import { Problem } from '../../base/problem.ts';
import { nodeOf } from '../../block/device-names.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { SwapChange } from '../../engine/kinds/storage.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { foundAt, makeSwapFile, refuseUnfit, usedBytes, useSwapFile } from './swap-file.ts';

/** A smaller difference does not justify a new swap file. */
const tolerance = 2 ** 20;

/** Keeps a swap file, or a device with a swap signature, in use. */
export const swapHandler: StateHandler<SwapChange> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ path }) => path,

  async compare(change, host) {
    const path = await nodeOf(change.path, host);
    const found = await foundAt(path, host);
    const used = await usedBytes(path, host);
    if (change.bytes === undefined) return used === undefined ? 'is not in use' : laxMode(path, found, host);
    const wanted = wholePages(change.bytes);
    const stat = await host.stat(path);
    const isGood = found === 'swap' && stat !== undefined && (change.advised || isNear(stat.size, wanted));
    if (isGood && stat.allocated >= stat.size) return used === undefined ? 'is not in use' : laxMode(path, found, host);
    await refuseUnfit(path, wanted, host);
    if (found === 'nothing')
      return { why: `does not exist: ${formatBytes(wanted)}`, will: `create ${formatBytes(wanted)}` };
    if (found === 'unfinished')
      return { why: `is unfinished: ${formatBytes(wanted)}`, will: `create ${formatBytes(wanted)} again` };
    if (isGood) return { why: 'has holes', will: `create ${formatBytes(wanted)} again` };
    const now = formatBytes(stat?.size ?? 0);
    return { why: `is of ${now}, not ${formatBytes(wanted)}`, will: `${now} -> ${formatBytes(wanted)}` };
  },

  async apply(change, host) {
    const path = await nodeOf(change.path, host);
    if (change.bytes === undefined) return use(path, host);
    const wanted = wholePages(change.bytes);
    const stat = await host.stat(path);
    const isThere = (await foundAt(path, host)) === 'swap';
    const isGood = isThere && stat && (change.advised || isNear(stat.size, wanted)) && stat.allocated >= stat.size;
    if (!isGood) {
      await refuseUnfit(path, wanted, host);
      if ((await usedBytes(path, host)) !== undefined) await host.run(['swapoff', path], { timeoutMs: 0 });
      if (stat) await host.remove(path);
      await makeSwapFile(path, wanted, host);
    }
    return use(path, host);
  },
};

/** Activates an existing swap device or file. */
async function use(path: string, host: Host): Promise<string | undefined> {
  const stat = await host.stat(path);
  if (!stat) throw new Problem('not-possible', `There is no ${path} to use as swap`);
  const isFile = stat.type === 'file';
  const lax = await laxMode(path, isFile ? 'swap' : 'device', host);
  if (lax) await host.setAttributes(path, { mode: 0o600, owner: 'root', group: 'root' });
  if ((await usedBytes(path, host)) === undefined) {
    if (isFile) await refuseForeign(path, host);
    if (isFile && (await foundAt(path, host)) === 'unfinished') await redo(path, stat.size, host);
    await (isFile ? useSwapFile(path, stat.size, host) : host.run(['swapon', path]));
  }
  return lax && `${path} ${lax}: now only root can`;
}

async function refuseForeign(path: string, host: ReadHost): Promise<void> {
  if (!['swap', 'unfinished'].includes(await foundAt(path, host)))
    throw new Problem('not-possible', `${path} is not a swap file`);
}

/** An interrupted script leaves an empty file before its mkswap. */
async function redo(path: string, bytes: number, host: Host): Promise<void> {
  if (bytes < tolerance) throw new Problem('not-possible', `${path} is too small to be swap`);
  await host.remove(path);
  await makeSwapFile(path, wholePages(bytes), host);
}

async function laxMode(path: string, found: string, host: ReadHost): Promise<string | undefined> {
  const stat = await host.stat(path);
  return found !== 'device' && stat?.type === 'file' && (stat.mode & 0o077) !== 0 ? 'can be read by others' : undefined;
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) < tolerance;

const wholePages = (bytes: number): number => Math.floor(bytes / 4096) * 4096;
