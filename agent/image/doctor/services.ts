import { ownPaths } from '../../base/own-paths.ts';
import type { Change } from '../../engine/change.ts';
import { matchingPaths } from '../../host/glob.ts';
import { cloudInitStarts } from '../cloud-init.ts';
import { turnedOnByPresets } from '../presets.ts';
import { programPath, startsAtBoot } from '../services.ts';
import { sources } from '../source-links.ts';
import type { CheckContext, TreeCheck } from './check.ts';

/** Services that must not start until the instance's user-data enables them. */
const offUntilAsked = ['condor', 'autofs'];

/** Checks of the services that must start at boot, and of those that must not. */
export const serviceChecks: readonly TreeCheck[] = [
  {
    name: 'services-off',
    severity: 'warning',
    why: 'Started without the settings of an instance they join the wrong pool, or none.',
    fix:
      'systemctl disable the service named; user-data enables it. Against the presets: an empty /etc/machine-id. ' +
      '"--fix" does either.',
    source: sources.centos,
    async inspect({ host }) {
      const found: string[] = [];
      for (const name of offUntilAsked) found.push(...(await whenItStarts(name, host)));
      return found;
    },
    changes: ({ host, sealing: { image } }) => disabling(offUntilAsked, image.systemd > 0, host),
  },
  {
    name: 'agent-installed',
    severity: 'error',
    why: 'Without a first-boot agent an instance gets neither keys nor name nor user-data.',
    fix: 'Install bootagent; where its library is missing, reinstall it or install libatomic.',
    source: sources.openstack,
    async inspect({ host, sealing: { image } }) {
      if (await programPath('bootagent', host)) return missingLibrary(host);
      // bootagent's runtime needs a newer C library than these systems have: they keep cloud-init.
      const isOld = image.os.family === 'redhat' && image.os.id !== 'fedora' && image.major < 8;
      return isOld && (await programPath('cloud-init', host)) ? [] : ['bootagent is not installed'];
    },
  },
  {
    name: 'agent-enabled',
    severity: 'error',
    why: 'The agent must start at boot.',
    fix: 'systemctl enable bootagent-local bootagent bootagent-final; remove /etc/bootagent/disabled. "--fix" enables.',
    source: sources.openstack,
    async inspect({ host }) {
      if (!(await programPath('bootagent', host))) return { notChecked: 'bootagent is not installed' };
      const found: string[] = [];
      for (const name of agentUnits)
        if (!(await startsAtBoot(name, host))) found.push(`${name} does not start at boot`);
      if (await host.stat(ownPaths.disabled)) found.push(`${ownPaths.disabled} is there`);
      return found;
    },
    async changes({ host }) {
      const off: Change[] = [];
      for (const name of agentUnits) {
        const isThere = await host.stat(`/usr/lib/systemd/system/${name}.service`);
        if (isThere && !(await startsAtBoot(name, host)))
          off.push({ kind: 'service', unit: `${name}.service`, boot: 'enabled' });
      }
      return off;
    },
  },
  {
    name: 'cloud-init-too',
    severity: 'error',
    why: 'Two agents make users, keys and host keys twice, and each undoes what the other did.',
    fix: 'Remove cloud-init, or "touch /etc/cloud/cloud-init.disabled", which "--fix" does.',
    source: sources.openstack,
    async inspect({ host }) {
      if (!(await programPath('bootagent', host))) return [];
      return (await cloudInitStarts(host)) ? ['cloud-init starts at boot beside bootagent'] : [];
    },
    changes: async () => [{ kind: 'file', path: '/etc/cloud/cloud-init.disabled', content: '' }],
  },
];

/** Checks for libatomic: Node does not start without it. The package ships it; most Enterprise Linux images lack it. */
async function missingLibrary(host: CheckContext['host']): Promise<string[]> {
  const folders = [ownPaths.library, '/usr/lib64', '/lib64', '/usr/lib/*-linux-gnu', '/lib/*-linux-gnu'];
  const found = await matchingPaths(
    folders.map((folder) => `${folder}/libatomic.so.1`),
    host,
  );
  return found.length > 0 ? [] : ['bootagent cannot start: libatomic.so.1 is missing'];
}

const agentUnits = ['bootagent-local', 'bootagent', 'bootagent-final'];

async function disabling(names: readonly string[], bySystemd: boolean, host: CheckContext['host']): Promise<Change[]> {
  const off: Change[] = [];
  let byPresets = false;
  for (const name of names) {
    byPresets ||= await turnedOnByPresets(name, host);
    if (!(await startsAtBoot(name, host))) continue;
    if (bySystemd) off.push({ kind: 'service', unit: `${name}.service`, boot: 'disabled' });
    else off.push({ kind: 'removed', globs: [`/etc/rc[0-6].d/S??${name}`, `/etc/rc.d/rc[0-6].d/S??${name}`] });
  }
  // With an empty file systemd still creates an id, but does not apply the presets.
  return byPresets ? [...off, { kind: 'file', path: '/etc/machine-id', content: '', mode: 0o444 }] : off;
}

/** Returns sentences about a service that starts but should not: at every boot, or enabled by systemd's presets. */
export async function whenItStarts(name: string, host: CheckContext['host']): Promise<string[]> {
  if (await startsAtBoot(name, host)) return [`${name} starts at boot`];
  return (await turnedOnByPresets(name, host))
    ? [`${name} is off, and turned on by systemd's presets at the first boot`]
    : [];
}
