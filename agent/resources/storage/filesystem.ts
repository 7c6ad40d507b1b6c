import { Problem } from '../../base/problem.ts';
import { type Block, blockAt } from '../../block/block-device.ts';
import { type Content, contentOf } from '../../block/device-content.ts';
import { settleDevices } from '../../block/settle-devices.ts';
import type { Difference, Remark, StateHandler } from '../../engine/handler.ts';
import type { FilesystemChange } from '../../engine/kinds/storage.ts';
import type { ReadHost } from '../../host/host.ts';
import { isInUse, partitionsOf } from './device-use.ts';

/** Creates a file system on a device. Existing data stays unless `overwrite` is set. */
export const filesystemHandler: StateHandler<FilesystemChange> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ device }) => device,

  async compare(change, host) {
    const verdict = await judge(change, host);
    return typeof verdict === 'object' && 'path' in verdict ? differenceOf(change, verdict) : verdict;
  },

  async apply(change, host) {
    const verdict = await judge(change, host);
    if (verdict === undefined || typeof verdict === 'string' || 'holds' in verdict) {
      throw new Problem('not-possible', `${change.device} ${typeof verdict === 'string' ? verdict : 'has changed'}`);
    }
    await host.run(maker(change, verdict.path), { timeoutMs: 60 * 60 * 1000 });
    await settleDevices(host);
  },
};

/** The device for the file system, and the existing content that is lost. */
interface Chosen {
  readonly path: string;
  readonly lost?: string;
}

async function judge(change: FilesystemChange, host: ReadHost): Promise<Chosen | Remark | string | undefined> {
  const block = await blockAt(change.device, host);
  if (!block) return 'does not exist';
  const parts = await partitionsOf(block, host);
  if (change.partition === undefined) return judgeOne(block, parts.length, change, host);
  for (const each of [...parts, block]) {
    if (isAsked(await contentOf(each.path, host), change)) return undefined;
  }
  const free: Block[] = [];
  for (const each of parts.length > 0 ? parts : [block]) {
    const content = await contentOf(each.path, host);
    if (content.is === 'nothing' && !(await isInUse(each, host))) free.push(each);
  }
  const [first] = free;
  return first
    ? { path: first.path }
    : { holds: `nothing on ${change.device} is empty, so no ${change.type} was made` };
}

async function judgeOne(block: Block, parts: number, change: FilesystemChange, host: ReadHost) {
  const content = await contentOf(block.path, host);
  if (isAsked(content, change)) return undefined;
  if (parts > 0) return { holds: `${change.device} has ${parts} partitions and is left alone` };
  if (await isInUse(block, host)) return { holds: `${change.device} is in use and is left alone` };
  if (content.is === 'nothing') return { path: block.path };
  return change.overwrite
    ? { path: block.path, lost: content.is }
    : { holds: `${change.device} holds ${content.is} and is left alone, as "overwrite" was not set` };
}

function differenceOf({ type, label }: FilesystemChange, { path, lost }: Chosen): Difference {
  const why = lost === undefined ? `${path} is empty: ${type}` : `${path} holds ${lost}, which is overwritten: ${type}`;
  const will = `format ${path} as ${type}${lost === undefined ? '' : `, which overwrites ${lost}`}`;
  if (label === undefined) return { why, will };
  return { why, will, link: { path: `/dev/disk/by-label/${label.replaceAll('/', '\\x2f')}`, target: path } };
}

const isAsked = ({ is, label }: Content, change: FilesystemChange): boolean =>
  is === change.type && (change.label === undefined || change.label === label);

/** Returns the mkfs command. Each gets its force option: the contents were checked before. */
function maker({ type, label, options = [] }: FilesystemChange, path: string): readonly string[] {
  const program = type === 'swap' ? 'mkswap' : `mkfs.${type}`;
  const force = type.startsWith('ext') ? ['-q', '-F'] : ['xfs', 'btrfs', 'swap'].includes(type) ? ['-f'] : [];
  const flag = ['vfat', 'fat', 'msdos', 'exfat'].includes(type) ? '-n' : '-L';
  return [program, ...force, ...(label === undefined ? [] : [flag, label]), ...options, path];
}
