// Format: systemd units, https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html
import { matchingPaths } from '../../host/glob.ts';
import type { ReadHost } from '../../host/host.ts';

const own = '/etc/systemd/system';
const ofUnits = '/run/systemd/units';
const folders = [own, '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
/** Those that are still there at the next boot. */
const lasting = folders.filter((folder) => !folder.startsWith('/run/'));

/** Where a unit's file is, found without starting a program; a unit made from an init script counts by that script. */
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

/** A link that makes a unit start at boot, as its [Install] section asks. */
export interface EnablingLink {
  readonly path: string;
  readonly target: string;
}

/** The links `systemctl enable` would make. None: the unit is started by others, or not by systemd at all. */
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

/** The links that make a unit start at boot now, whoever made them: in the administrator's folder, or in all. */
export const linksTo = (unit: string, host: ReadHost, where: 'own' | 'all' = 'own'): Promise<readonly string[]> =>
  matchingPaths(
    (where === 'own' ? [own] : lasting).flatMap((folder) => [
      `${folder}/*.wants/${unit}`,
      `${folder}/*.requires/${unit}`,
    ]),
    host,
  );

/**
 * Whether a service is surely not active. systemd keeps a link for each that is, made before its first process starts,
 * and a cgroup. Both go by a service's first name: one that is a link to another file is left to systemctl.
 */
export async function isAtRest(unit: string, host: ReadHost): Promise<boolean> {
  const path = await unitPath(unit, host);
  if (path === undefined || !unit.endsWith('.service') || (await host.readLink(path)) !== undefined) return false;
  const kept = await host.list(ofUnits);
  // An older systemd keeps none.
  if (!kept.some((name) => name.startsWith('invocation:')) || kept.includes(`invocation:${unit}`)) return false;
  for (const tree of ['/sys/fs/cgroup', '/sys/fs/cgroup/systemd'])
    if (await host.stat(`${tree}/system.slice/${unit}`)) return false;
  return true;
}

/** Whether a unit can never start, by the administrator's word. */
export const isMasked = async (unit: string, host: ReadHost): Promise<boolean> =>
  (await host.readLink(maskOf(unit))) === '/dev/null';

export const maskOf = (unit: string): string => `${own}/${unit}`;
