import { matchingPaths } from '../../host/glob.ts';
import type { ReadHost } from '../../host/host.ts';
import { bootEntries } from '../boot-entries.ts';
import { sources } from '../source-links.ts';
import type { TreeCheck } from './check.ts';

/** Checks of what ties an Enterprise Linux image to the machine it was built on, or takes memory from its instances. */
export const hardwareChecks: readonly TreeCheck[] = [
  {
    name: 'kdump',
    severity: 'warning',
    why: 'Memory reserved for a crash kernel is missing to every instance: slots of a worker are counted without it.',
    fix: 'grubby --update-kernel=ALL --remove-args=crashkernel; systemctl disable kdump.',
    source: sources.bootagent,
    async inspect({ host }) {
      return (await bootEntries(host))
        .filter(({ options }) => /\bcrashkernel=(?!no\b|0\b)/.test(options))
        .map(({ title }) => `"${title}" reserves memory by crashkernel=`);
    },
  },
  {
    name: 'generic-initramfs',
    severity: 'warning',
    why: 'dracut puts only the drivers of this machine into an initramfs; on other hardware root is not found.',
    fix: 'dnf install dracut-config-generic, then dracut --regenerate-all --force.',
    source: sources.bootagent,
    async inspect({ host, sealing: { image } }) {
      if (image.os.family !== 'redhat' || image.major < 7 || !(await host.stat('/usr/lib/dracut'))) return [];
      return (await isHostOnly(host)) ? ['dracut makes an initramfs for this machine alone (hostonly)'] : [];
    },
  },
];

/** Read in this order; the last value wins. Enterprise Linux and Fedora default to "yes". */
const dracutFiles = ['/usr/lib/dracut/dracut.conf.d/*.conf', '/etc/dracut.conf', '/etc/dracut.conf.d/*.conf'];

async function isHostOnly(host: ReadHost): Promise<boolean> {
  let hostOnly = true;
  for (const glob of dracutFiles) {
    for (const file of await matchingPaths([glob], host)) {
      for (const [, value] of ((await host.readText(file)) ?? '').matchAll(/^\s*hostonly=["']?(\w+)/gm)) {
        hostOnly = value === 'yes';
      }
    }
  }
  return hostOnly;
}
