import { matchingPaths } from '../host/glob.ts';
import type { ReadHost } from '../host/host.ts';
import { isMasked, linksTo, unitPath } from '../resources/units/unit-files.ts';

const runlevels = ['2', '3', '4', '5'].flatMap((level) => [`/etc/rc${level}.d`, `/etc/rc.d/rc${level}.d`]);

/** Whether a service starts at boot, by the links of systemd or of SysV's runlevels, or by upstart's job files. */
export async function startsAtBoot(name: string, host: ReadHost): Promise<boolean> {
  return (await bySystemd(name, host)) || (await bySysV(name, host)) || (await byUpstart(name, host));
}

async function bySystemd(name: string, host: ReadHost): Promise<boolean> {
  const unit = name.includes('.') ? name : `${name}.service`;
  return !(await isMasked(unit, host)) && (await linksTo(unit, host, 'all')).length > 0;
}

async function bySysV(name: string, host: ReadHost): Promise<boolean> {
  // If a unit of this name exists, systemd ignores the script.
  if ((await unitPath(`${name}.service`, host))?.endsWith('.service')) return false;
  const started = runlevels.map((level) => `${level}/S[0-9][0-9]${name}`);
  return (await matchingPaths(started, host)).length > 0;
}

async function byUpstart(name: string, host: ReadHost): Promise<boolean> {
  if (!(await host.stat('/sbin/initctl')) || (await host.stat('/lib/systemd/systemd'))) return false;
  const job = await host.readText(`/etc/init/${name}.conf`);
  const override = (await host.readText(`/etc/init/${name}.override`)) ?? '';
  return job !== undefined && /^\s*start on\b/m.test(job) && !/^\s*manual\b/m.test(override);
}

/** Returns the path of a program, or undefined. */
export async function programPath(name: string, host: ReadHost): Promise<string | undefined> {
  for (const folder of ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin', '/usr/local/sbin']) {
    if (await host.stat(`${folder}/${name}`)) return `${folder}/${name}`;
  }
  return undefined;
}
