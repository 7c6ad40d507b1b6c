import { ownPaths } from '../base/own-paths.ts';
import * as files from '../host/files.ts';
import { syncPending } from '../host/pending-syncs.ts';
import * as readFs from '../host/read-fs.ts';
import type { Store } from './store.ts';

/** The read limit in bytes; it holds an instance with 16 MiB of user-data from a drive, in base64. */
const largestRecord = 64 * 2 ** 20;

/** The directory of all state. */
export const home = ownPaths.state;

/** Returns the store in /var/lib/bootagent, which only root can enter. Links inside `root` cannot lead out of it. */
export function folderStore(root: string): Store {
  const path = (name: string) => `${home}/${name}`;
  const ready = () => {
    if (readFs.stat(root, home)?.mode !== 0o700) files.makeDirectory(root, home, { mode: 0o700 });
  };
  /** Files with lines that are not yet on disk. */
  const unsynced = new Set<string>();
  return {
    read: (name) => readFs.readText(root, path(name), largestRecord),
    append: (name, line, when) => {
      ready();
      syncPending();
      files.append(root, path(name), `${line}\n`, when);
      if (when === 'later') unsynced.add(name);
      else unsynced.delete(name);
    },
    replace: (name, text, when) => {
      ready();
      if (when !== 'later') syncPending();
      files.writeFile(root, path(name), text, { mode: 0o600 });
      if (when !== 'later') syncPending();
      unsynced.delete(name);
    },
    remove: (name) => files.remove(root, path(name)),
    flush: () => {
      syncPending();
      for (const name of unsynced) files.append(root, path(name), '');
      unsynced.clear();
    },
  };
}

/** Returns a store that reads from `store` and keeps writes in memory, for previews. */
export const readOnly = (store: Store): Store => {
  const laid = new Map<string, string>();
  return {
    read: (name) => laid.get(name) ?? store.read(name),
    append: (name, line) => void laid.set(name, `${laid.get(name) ?? store.read(name) ?? ''}${line}\n`),
    replace: (name, text) => void laid.set(name, text),
    remove: (name) => void laid.delete(name),
    flush: () => {},
  };
};
