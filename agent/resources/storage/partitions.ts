import { Problem } from '../../base/problem.ts';
import { type Block, blockAt } from '../../block/block-device.ts';
import { contentOf } from '../../block/device-content.ts';
import { settleDevices } from '../../block/settle-devices.ts';
import type { Difference, Remark, StateHandler } from '../../engine/handler.ts';
import type { PartitionsChange } from '../../engine/kinds/storage.ts';
import type { ReadHost } from '../../host/host.ts';
import { isInUse, partitionsOf } from './device-use.ts';

const MiB = 2 ** 20;

/** Writes the partition table of a disk. A disk that holds anything stays as it is unless `overwrite` is set. */
export const partitionsHandler: StateHandler<PartitionsChange> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ device }) => device,

  async compare(change, host) {
    const verdict = await judge(change, host);
    return typeof verdict === 'object' && 'block' in verdict ? differenceOf(change, verdict) : verdict;
  },

  async apply(change, host) {
    const verdict = await judge(change, host);
    if (typeof verdict !== 'object' || !('block' in verdict)) {
      throw new Problem('not-possible', `${change.device} ${typeof verdict === 'string' ? verdict : 'has changed'}`);
    }
    const { block, hasPartitions } = verdict;
    // Before anything changes: a disk may be too small for it.
    const input = scriptOf(change, block);
    // The kernel forgets the old partitions first; none is in use.
    if (hasPartitions) await host.run(['partx', '--delete', block.path], { accept: [0, 1] });
    if (change.parts.length === 0) await host.run(['wipefs', '--all', block.path]);
    else {
      // What earlier partitions held must not appear in the new ones.
      const wipe = ['--wipe', 'always', '--wipe-partitions', 'always'];
      const sfdisk = ['sfdisk', '--quiet', '--no-reread', '--no-tell-kernel', ...wipe, block.path];
      await host.run(['flock', '--timeout', '60', block.path, ...sfdisk], { input });
      await host.run(['partx', '--update', block.path]);
    }
    await settleDevices(host);
  },
};

/** The disk to write to, and what is lost. */
interface Chosen {
  readonly block: Block;
  readonly hasPartitions: boolean;
  readonly lost?: string;
}

async function judge(change: PartitionsChange, host: ReadHost): Promise<Chosen | Remark | string | undefined> {
  const { device, table, parts, overwrite } = change;
  const block = await blockAt(device, host);
  if (!block) return 'does not exist';
  if (block.partition) return { holds: `${device} is a partition, and takes no partition table` };
  if (block.readOnly) return { holds: `${device} is read-only` };
  const [{ is }, there] = [await contentOf(block.path, host), await partitionsOf(block, host)];
  const isEmpty = is === 'nothing' && there.length === 0;
  const hasTable = / table$/.test(is) || there.length > 0;
  const isAsked = parts.length === 0 ? !hasTable : is === `a ${table} table` && there.length === parts.length;
  if (isAsked) return undefined;
  for (const each of [block, ...there]) {
    if (await isInUse(each, host)) return { holds: `${each.path} is in use, so ${device} is left alone` };
  }
  const hasPartitions = there.length > 0;
  if (isEmpty) return { block, hasPartitions };
  const partitions = there.length === 0 ? '' : ` with ${there.length} partition${there.length === 1 ? '' : 's'}`;
  const lost = `${is}${partitions}`;
  return overwrite
    ? { block, hasPartitions, lost }
    : { holds: `${device} holds ${lost} and is left alone, as "overwrite" was not set` };
}

function differenceOf({ table, parts }: PartitionsChange, { block, lost }: Chosen): Difference {
  const will =
    parts.length === 0 ? 'remove the partition table' : `create a ${table} table with ${parts.length} partitions`;
  const { path } = block;
  return lost === undefined
    ? { why: `${path} is empty: ${parts.length} partitions`, will }
    : { why: `${path} holds ${lost}, which is overwritten`, will: `${will}, which overwrites ${lost}` };
}

/** Returns the input of sfdisk. The last partition has no size, and takes what is left. */
function scriptOf({ device, table, parts }: PartitionsChange, { bytes }: Block): string {
  const lines = parts.map(({ percent, type }, index) => {
    if (index === parts.length - 1) return `type=${type}`;
    const size = Math.floor((bytes * percent) / 100 / MiB);
    if (size > 0) return `size=${size}MiB, type=${type}`;
    throw new Problem('not-possible', `${device} is too small for a partition of ${percent} %: it has ${bytes} bytes`);
  });
  return `label: ${table}\n${lines.join('\n')}\n`;
}
