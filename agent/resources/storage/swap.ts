import { formatBytes } from '../../base/format.ts';
import { Problem } from '../../base/problem.ts';
import { nodeOf } from '../../block/device-names.ts';
import type { Difference, StateHandler } from '../../engine/handler.ts';
import type { SwapChange } from '../../engine/kinds/storage.ts';
import type { Host, ReadHost, Stat } from '../../host/host.ts';
import { type Found, foundAt, makeSwapFile, refuseUnfit, usedBytes, useSwapFile } from './swap-file.ts';

/** A smaller difference does not justify a new swap file. */
const tolerance = 2 ** 20;

/** Keeps a swap file, or a device with a swap signature, in use. */
export const swapHandler: StateHandler<SwapChange, SwapState> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ path }) => path,

  async compare(change, host) {
    const observed = await readSwapState(change.path, host);
    const difference = await differing(change, observed, host);
    if (difference === undefined) return undefined;
    return { ...(typeof difference === 'string' ? { why: difference } : difference), observed };
  },

  async apply(change, host, difference) {
    const state = difference?.observed ?? (await readSwapState(change.path, host));
    const { path, stat, used } = state;
    if (change.bytes !== undefined && !isComplete(state, change)) {
      const wanted = wholePages(change.bytes);
      if (!difference?.observed) await refuseUnfit(path, wanted, host);
      if (used !== undefined) await host.run(['swapoff', path], { timeoutMs: 0 });
      if (stat) await host.remove(path);
      await makeSwapFile(path, wanted, host);
    }
    return use(path, host);
  },
};

/** What exists at the path of a swap file or device. */
interface SwapState {
  readonly path: string;
  readonly found: Found;
  readonly stat: Stat | undefined;
  /** The bytes of the active swap; undefined if it is not active. */
  readonly used: number | undefined;
}

async function readSwapState(named: string, host: ReadHost): Promise<SwapState> {
  const path = await nodeOf(named, host);
  return {
    path,
    found: await foundAt(path, host),
    stat: await host.stat(path),
    used: await usedBytes(path, host),
  };
}

async function differing(
  change: SwapChange,
  state: SwapState,
  host: ReadHost,
): Promise<Difference | string | undefined> {
  const { path, found, stat, used } = state;
  if (change.bytes === undefined || isComplete(state, change))
    return used === undefined ? 'is not in use' : laxMode(stat, found);
  const wanted = wholePages(change.bytes);
  await refuseUnfit(path, wanted, host);
  if (found === 'nothing')
    return { why: `does not exist: ${formatBytes(wanted)}`, will: `create ${formatBytes(wanted)}` };
  if (found === 'unfinished')
    return { why: `is unfinished: ${formatBytes(wanted)}`, will: `create ${formatBytes(wanted)} again` };
  if (hasSize(state, change)) return { why: 'has holes', will: `create ${formatBytes(wanted)} again` };
  const now = formatBytes(stat?.size ?? 0);
  return { why: `is of ${now}, not ${formatBytes(wanted)}`, will: `${now} -> ${formatBytes(wanted)}` };
}

const hasSize = ({ found, stat }: SwapState, { bytes = 0, advised }: SwapChange): boolean =>
  found === 'swap' && stat !== undefined && (advised === true || isNear(stat.size, wholePages(bytes)));

/** Whether the file is swap of the right size, without holes. */
const isComplete = (state: SwapState, change: SwapChange): boolean =>
  hasSize(state, change) && state.stat !== undefined && state.stat.allocated >= state.stat.size;

/** Activates an existing swap device or file. */
async function use(path: string, host: Host): Promise<string | undefined> {
  const stat = await host.stat(path);
  if (!stat) throw new Problem('not-possible', `There is no ${path} to use as swap`);
  const isFile = stat.type === 'file';
  const lax = laxMode(stat, isFile ? 'swap' : 'device');
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

const laxMode = (stat: Stat | undefined, found: Found): string | undefined =>
  found !== 'device' && stat?.type === 'file' && (stat.mode & 0o077) !== 0 ? 'can be read by others' : undefined;

const isNear = (a: number, b: number): boolean => Math.abs(a - b) < tolerance;

const wholePages = (bytes: number): number => Math.floor(bytes / 4096) * 4096;
