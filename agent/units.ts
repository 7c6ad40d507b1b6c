import type { ReadHost } from './host/host.ts';

const folders = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

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
