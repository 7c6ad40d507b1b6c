import { formatBytes } from '../../base/format.ts';
import type { FileChange } from '../../engine/change.ts';
import type { Difference, StateHandler } from '../../engine/handler.ts';
import { ownershipDiffers, ownershipNote } from '../../engine/ownership.ts';
import type { Host, NewFileContent, ReadHost } from '../../host/host.ts';
import { realPath } from '../../host/real-path.ts';

/** The largest existing file that is shown as a diff, in bytes. */
const largestShown = 2 ** 20;

/** Writes a file with this content, mode and owner. */
export const fileHandler: StateHandler<FileChange, Uint8Array> = {
  sort: 'state',
  subject: ({ path }) => path,

  async compare(change, host) {
    const stat = await host.stat(change.path);
    if (stat?.type === 'directory') return 'is a directory';
    // A much longer file differs, and is not read only to be shown.
    if (stat?.type === 'file' && !change.append && stat.size > largestShown && stat.size > change.content.length * 4) {
      return `has other content, ${formatBytes(stat.size)} of it`;
    }
    const wanted = await wantedBytes(change, host);
    const current = await host.readBytes(change.path);
    if (current === undefined) return differs(change, 'does not exist', undefined, wanted);
    if (!equal(current, wanted)) return differs(change, 'has other content', current, wanted);
    const target = stat?.type === 'link' ? await host.stat(await realPath(change.path, host)) : stat;
    return target && ownershipDiffers(change, target, host);
  },

  async apply(change, host, found) {
    const { path, mode, owner, group } = change;
    await makeParents(path, host);
    await host.writeFile(path, found?.observed ?? (await wantedBytes(change, host)), { mode, owner, group });
    return ownershipNote(change, host);
  },

  isNew: async ({ path }, host) => (await host.stat(path)) === undefined,

  async prepare(changes, host) {
    const wanted: NewFileContent[] = [];
    const paths = new Set(changes.map(({ path }) => path));
    for (const { path, content, append, mode, owner, group } of changes) {
      if (append || foldersOf(path).some((folder) => paths.has(folder))) continue;
      await makeParents(path, host);
      wanted.push({ path, content, attributes: { mode, owner, group } });
    }
    await host.prepareFiles(wanted);
  },
};

async function wantedBytes({ path, content, append }: FileChange, host: ReadHost): Promise<Uint8Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  if (!append) return bytes;
  const current = (await host.readBytes(path)) ?? new Uint8Array();
  const endsInIt = current.length >= bytes.length && equal(current.subarray(current.length - bytes.length), bytes);
  return endsInIt ? current : Buffer.concat([current, bytes]);
}

/** Returns the folders above a path: a folder that is to become a file is not created. */
const foldersOf = (path: string): string[] =>
  path.split('/').flatMap((_, depth, names) => (depth > 1 ? [names.slice(0, depth).join('/')] : []));

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function differs(
  { path }: FileChange,
  why: string,
  before: Uint8Array | undefined,
  after: Uint8Array,
): Difference<Uint8Array> {
  return { why, file: { path, before: before && textOf(before), after: textOf(after) }, observed: after };
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Creates missing directories with the owner of the nearest existing one, so that a user owns all files in the home. */
async function makeParents(path: string, host: Host): Promise<void> {
  const missing: string[] = [];
  let folder = path.slice(0, path.lastIndexOf('/'));
  let nearest = await host.stat(folder);
  for (; folder !== '' && !nearest; nearest = await host.stat(folder)) {
    missing.unshift(folder);
    folder = folder.slice(0, folder.lastIndexOf('/'));
  }
  if (!nearest?.uid || !host.privileged) return;
  const owning = { owner: String(nearest.uid), group: String(nearest.gid) };
  for (const each of missing) await host.makeDirectory(each, owning);
}
