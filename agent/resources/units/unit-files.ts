// Format: systemd units, https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html
import { matchingPaths } from '../../host/glob.ts';
import type { ReadHost } from '../../host/host.ts';

const own = '/etc/systemd/system';
const ofUnits = '/run/systemd/units';
const folders = [own, '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
/** The directories that persist to the next boot. */
const lasting = folders.filter((folder) => !folder.startsWith('/run/'));

/** Returns the path of a unit's file, or of the init script that it is generated from, without starting a program. */
export async function unitPath(unit: string, host: ReadHost): Promise<string | undefined> {
  const template = unit.replace(/@[^.]*\./, '@.');
  for (const folder of folders) {
    for (const name of new Set([unit, template])) {
      if (await host.stat(`${folder}/${name}`)) return `${folder}/${name}`;
    }
  }
  const script = `/etc/init.d/${unit.replace(/\.service$/, '')}`;
  return (await host.stat(script)) ? script : undefined;
}

/** A link that starts a unit at boot, as its [Install] section requests. */
export interface EnablingLink {
  readonly path: string;
  readonly target: string;
}

/** Returns the links that `systemctl enable` would create; none if other units or an init script start the unit. */
export async function enablingLinks(unit: string, host: ReadHost): Promise<readonly EnablingLink[]> {
  const target = await unitPath(unit, host);
  if (target === undefined || target.startsWith('/etc/init.d/')) return [];
  const [, rest = ''] = `\n${(await host.readText(target)) ?? ''}`.split('\n[Install]\n');
  const [install = ''] = rest.split('\n[');
  const words = (key: string) =>
    [...install.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))]
      .flatMap(([, value = '']) => value.trim().split(/\s+/))
      .filter(Boolean);
  return [
    ...words('WantedBy').map((by) => `${own}/${by}.wants/${unit}`),
    ...words('RequiredBy').map((by) => `${own}/${by}.requires/${unit}`),
    ...words('Alias').map((alias) => `${own}/${alias}`),
  ].map((path) => ({ path, target }));
}

/** Returns the existing links that start a unit at boot: those in /etc/systemd/system, or all that persist. */
export const linksTo = (unit: string, host: ReadHost, where: 'own' | 'all' = 'own'): Promise<readonly string[]> =>
  matchingPaths(
    (where === 'own' ? [own] : lasting).flatMap((folder) => [
      `${folder}/*.wants/${unit}`,
      `${folder}/*.requires/${unit}`,
    ]),
    host,
  );

/**
 * Whether a service is certainly not active. systemd keeps a link for each active one, created before its first process
 * starts, and a cgroup. Both use the primary name of a service: an alias, which is a link to another file, returns false.
 */
export async function isAtRest(unit: string, host: ReadHost): Promise<boolean> {
  const path = await unitPath(unit, host);
  if (path === undefined || !unit.endsWith('.service') || (await host.readLink(path)) !== undefined) return false;
  const kept = await host.list(ofUnits);
  // Older versions of systemd keep no such links.
  if (!kept.some((name) => name.startsWith('invocation:')) || kept.includes(`invocation:${unit}`)) return false;
  for (const tree of ['/sys/fs/cgroup', '/sys/fs/cgroup/systemd'])
    if (await host.stat(`${tree}/system.slice/${unit}`)) return false;
  return true;
}

/** Whether the administrator has masked a unit, so that it never starts. */
export const isMasked = async (unit: string, host: ReadHost): Promise<boolean> =>
  (await host.readLink(maskOf(unit))) === '/dev/null';

export const maskOf = (unit: string): string => `${own}/${unit}`;
