import type { FileChange } from '../change.ts';
import type { ReadHost } from '../host/host.ts';
import type { Difference, StateHandler } from './handler.ts';
import { ownershipDiffers, ownershipNote } from './ownership.ts';

/** A file with this content, mode and owner. */
export const file: StateHandler<FileChange> = {
  sort: 'state',
  subject: ({ path }) => path,

  async compare(change, host) {
    const stat = await host.stat(change.path);
    if (stat?.type === 'directory') return 'is a folder';
    const wanted = await wantedBytes(change, host);
    const current = await host.readBytes(change.path);
    if (current === undefined) return differs(change, 'does not exist', undefined, wanted);
    if (!equal(current, wanted)) return differs(change, 'has other content', current, wanted);
    return stat && stat.type !== 'link' ? ownershipDiffers(change, stat, host) : undefined;
  },

  async apply(change, host) {
    const { path, mode, owner, group } = change;
    await host.writeFile(path, await wantedBytes(change, host), { mode, owner, group });
    return ownershipNote(change, host);
  },
};

async function wantedBytes({ path, content, append }: FileChange, host: ReadHost): Promise<Uint8Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  if (!append) return bytes;
  const current = (await host.readBytes(path)) ?? new Uint8Array();
  const endsInIt = current.length >= bytes.length && equal(current.subarray(current.length - bytes.length), bytes);
  return endsInIt ? current : Buffer.concat([current, bytes]);
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function differs({ path }: FileChange, why: string, before: Uint8Array | undefined, after: Uint8Array): Difference {
  return { why, file: { path, before: before && textOf(before), after: textOf(after) } };
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
