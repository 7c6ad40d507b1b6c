import type { ReadHost } from '../host/host.ts';

export interface SymlinkedFolder {
  readonly path: string;
  readonly target: string;
}

const folders = [
  '/etc',
  '/home',
  '/root',
  '/tmp',
  '/var',
  '/var/cache',
  '/var/lib',
  '/var/log',
  '/var/spool',
  '/var/tmp',
];

/** Returns the standard folders that are symbolic links: sealing does not follow them, so it must report them. */
export async function symlinkedFolders(host: ReadHost): Promise<SymlinkedFolder[]> {
  const found: SymlinkedFolder[] = [];
  for (const path of folders) {
    if ((await host.stat(path))?.type === 'link') found.push({ path, target: (await host.readLink(path)) ?? '' });
  }
  return found;
}
