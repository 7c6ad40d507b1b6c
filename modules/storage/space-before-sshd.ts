import { imageModeMark, keptPath } from '../../agent/base/image-mode.ts';
import type { Context } from '../../agent/engine/module.ts';
import { type Decode, decoder } from '../../agent/userdata/schema/decode.ts';
import type { SourceNode } from '../../agent/userdata/schema/source-node.ts';
import { mountOf } from './advised-swap.ts';

const MiB = 2 ** 20;
/** Kept free for what every boot writes before sshd: accounts, keys, logs. */
const reserve = 128 * MiB;

/** A value as it is written; the module that applies the key decodes it. */
const written: Decode<SourceNode | undefined> = decoder({ is: 'scalar', what: 'see its own module' }, (node) => node);

/** The keys whose modules may need space before sshd. */
export const spaceReads = { swap: written, write_files: written, bootcmd: written, bootcmd_after_sshd: written };

export type SpaceSettings = { readonly [K in keyof typeof spaceReads]?: SourceNode | undefined };

/** Returns whether the settings ask for something before sshd that may need any amount of space. */
export function mayNeedAnySpace(settings: SpaceSettings, { facts, scripts }: Context): boolean {
  if (scripts.some(({ when }) => when === 'boothook')) return true;
  if (isGiven(settings.bootcmd) && !isTrue(settings.bootcmd_after_sshd)) return true;
  if (bytesOf(settings.write_files) === Number.POSITIVE_INFINITY) return true;
  const file = textOf(field(settings.swap, 'filename')) ?? '/swap.img';
  return isGiven(settings.swap) && !facts.swaps.includes(facts.paths.includes(imageModeMark) ? keptPath(file) : file);
}

/** Returns whether the free space of the root file system does not suffice for what is written before sshd. */
export const isShortOfSpace = (settings: SpaceSettings, { facts }: Context): boolean =>
  (mountOf(facts.paths.includes(imageModeMark) ? '/var' : '/', facts.mounts)?.freeBytes ?? 0) <
  reserve + bytesOf(settings.write_files);

/** Returns the size of the files that are written before sshd; infinite if it is not known. */
function bytesOf(files: SourceNode | undefined): number {
  if (files?.is !== 'list') return isGiven(files) ? Number.POSITIVE_INFINITY : 0;
  return files.items.reduce((sum, file) => {
    if (isTrue(field(file, 'defer'))) return sum;
    if (field(file, 'source') || /gz/i.test(textOf(field(file, 'encoding')) ?? '')) return Number.POSITIVE_INFINITY;
    return sum + (textOf(field(file, 'content')) ?? '').length;
  }, 0);
}

const field = (node: SourceNode | undefined, name: string): SourceNode | undefined =>
  node?.is === 'mapping' ? node.entries.get(name)?.value : undefined;
const textOf = (node: SourceNode | undefined): string | undefined => (node?.is === 'scalar' ? node.raw : undefined);
const isTrue = (node: SourceNode | undefined): boolean => /^(true|yes|on|1)$/i.test(textOf(node) ?? '');
const isGiven = (node: SourceNode | undefined): boolean =>
  node !== undefined && !(node.is === 'scalar' && (node.value === null || node.value === '')) && !isEmptyList(node);
const isEmptyList = (node: SourceNode): boolean => node.is === 'list' && node.items.length === 0;
