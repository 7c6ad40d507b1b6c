import { Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { enablingLinks, isMasked, linksTo, maskOf, unitPath } from './unit-files.ts';

/** Enables, disables, masks or unmasks a unit. Reads its links: an image has no systemctl, and a process costs time. */
export const serviceHandler: StateHandler<ChangeOf<'service'>> = {
  sort: 'state',
  subject: ({ unit }) => unit,

  async compare({ unit, boot }, host) {
    const masked = await isMasked(unit, host);
    if (boot === 'masked') return masked ? undefined : 'is not masked';
    if (boot === 'unmasked') return masked ? 'is masked' : undefined;
    const path = await unitPath(unit, host);
    if (path === undefined) return boot === 'disabled' ? undefined : 'is not installed yet';
    if (masked) return boot === 'disabled' ? undefined : 'is masked';
    const isEnabled = path.startsWith('/etc/init.d/') ? await isScriptOn(unit, host) : await hasLinks(unit, host);
    if (isEnabled === undefined || isEnabled === (boot === 'enabled')) return undefined;
    return isEnabled ? 'is enabled' : 'is not enabled';
  },

  async apply({ unit, boot }, host) {
    if (boot === 'enabled' && !(await unitPath(unit, host))) {
      throw notInstalled(unit);
    }
    if (boot === 'enabled' && (await isMasked(unit, host))) {
      throw new Problem('not-possible', `${unit} is masked and cannot be enabled`, {
        hint: `Add ${unit} to "unmask" of "services".`,
      });
    }
    if (boot === 'masked' && (await host.stat(maskOf(unit)))?.type === 'file') {
      // A mask replaces what is there. systemctl refuses it too.
      throw new Problem('not-possible', `${maskOf(unit)} is a unit file, not a link: it would be lost`, {
        hint: `Disable ${unit}, or move its file to /usr/lib/systemd/system in the image.`,
      });
    }
    const verbs = { enabled: 'enable', disabled: 'disable', masked: 'mask', unmasked: 'unmask' } as const;
    if (host.offline) await link(unit, boot, host);
    else await host.run(['systemctl', verbs[boot], unit]);
  },
};

/** The exit code of systemctl for a unit that does not exist. */
export const noSuchUnit = 5;

export const notInstalled = (unit: string): Problem =>
  new Problem('not-installed', `No unit ${unit} is installed`, {
    hint: `Add the package that brings ${unit} to "packages", or to the image.`,
  });

/** Returns undefined for a unit that cannot be enabled because other units start it. */
async function hasLinks(unit: string, host: ReadHost): Promise<boolean | undefined> {
  if ((await linksTo(unit, host)).length > 0) return true;
  const links = await enablingLinks(unit, host);
  if (links.length === 0) return undefined;
  for (const { path } of links) if (await host.stat(path)) return true;
  return false;
}

async function isScriptOn(unit: string, host: ReadHost): Promise<boolean> {
  const name = unit.replace(/\.service$/, '');
  for (const level of ['2', '3', '5']) {
    for (const folder of [`/etc/rc${level}.d`, `/etc/rc.d/rc${level}.d`]) {
      if ((await host.list(folder)).some((each) => /^S\d\d/.test(each) && each.slice(3) === name)) return true;
    }
  }
  return false;
}

async function link(unit: string, boot: ChangeOf<'service'>['boot'], host: Host): Promise<void> {
  if (boot === 'masked') return host.link(maskOf(unit), '/dev/null');
  if (boot === 'unmasked') return host.remove(maskOf(unit));
  const links = await enablingLinks(unit, host);
  if (boot === 'enabled') for (const { path, target } of links) await host.link(path, target);
  else
    for (const path of new Set([...links.map(({ path }) => path), ...(await linksTo(unit, host))]))
      await host.remove(path);
}
