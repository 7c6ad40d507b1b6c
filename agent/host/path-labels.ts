import { dirname } from 'node:path';
import * as readFs from './read-fs.ts';
import { type Labels, selinuxLabels } from './selinux-labels.ts';

/** The topmost path that a write creates: a folder, if folders above the written path are missing. */
export interface CreatedTop {
  readonly path: string;
  readonly isFolder: boolean;
}

/** The SELinux labels of the paths that a host writes. */
export interface PathLabels {
  /** Returns what a write to this path will create. Call it before the write. */
  topToCreate(path: string): CreatedTop;
  /** Sets the label that the policy defines: systemd and sshd refuse files with other labels. */
  set(top: CreatedTop): void;
  /** Copies the label of a file to its replacement. Returns false if the old file has none. */
  keep(old: string, replacement: string): boolean;
  /** Labels the account tables: shadow-utils replace them, and on a host without SELinux leave them unlabelled. */
  setAccountTables(): void;
}

export function pathLabels(root: string, offline: boolean): PathLabels {
  // Detected at the first write: most commands that open a tree only read it.
  let found: { readonly labels: Labels | undefined } | undefined;
  const labels = () => {
    found ??= { labels: selinuxLabels(root, offline) };
    return found.labels;
  };
  const set = ({ path, isFolder }: CreatedTop): void => labels()?.set(path, isFolder);
  const topToCreate = (path: string): CreatedTop => {
    const above = dirname(path);
    if (!labels() || above === '/' || readFs.stat(root, above)) return { path, isFolder: false };
    return { ...topToCreate(above), isFolder: true };
  };
  return {
    topToCreate,
    set,
    keep: (old, replacement) => labels()?.keep(old, replacement) !== false,
    setAccountTables() {
      for (const name of ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid']) {
        for (const path of [`/etc/${name}`, `/etc/${name}-`]) {
          if (readFs.stat(root, path)) set({ path, isFolder: false });
        }
      }
      if (readFs.stat(root, '/home')) set({ path: '/home', isFolder: true });
    },
  };
}
