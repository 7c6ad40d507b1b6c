import { readFileSync } from 'node:fs';
import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The control groups of one machine: systemd keeps its services in them, and two machines in the same group would kill each
 * other's.
 */
export interface ControlGroups {
  /** The cgroup.procs file of each group; a process id written to it joins the group. */
  readonly entrances: readonly string[];
  remove(): Promise<void>;
}

/** Creates them below the group of this process, in each of the hierarchies that systemd uses here. */
export async function controlGroups(name: string): Promise<ControlGroups> {
  const own = readFileSync('/proc/self/cgroup', 'utf8');
  const folders = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [left = '', type = ''] = line.split(' - ');
      const controller = type.startsWith('cgroup2 ')
        ? '0::'
        : /^cgroup .*\bname=systemd\b/.test(type) && 'name=systemd:';
      const [, path] = (controller && own.match(new RegExp(`${controller}(.*)`))) || [];
      return path === undefined ? [] : [join(left.split(' ')[4] ?? '', path, name)];
    });
  for (const folder of folders) await mkdir(folder, { recursive: true });
  return {
    entrances: folders.map((folder) => join(folder, 'cgroup.procs')),
    async remove() {
      for (const folder of folders) await removeAll(folder);
    },
  };
}

async function removeAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await removeAll(join(folder, entry.name));
  await rmdir(folder);
}
