import type { Note, PlanItem } from '../../agent/engine/change.ts';
import { type Context, defineModule } from '../../agent/engine/module.ts';
import type { Facts } from '../../agent/facts/facts.ts';
import {
  converted,
  type Decode,
  duration,
  flag,
  optional,
  silent,
  withDefault,
} from '../../agent/userdata/schema/decode.ts';
import { type PackageManager, packageManagerOf } from '../shared/package-manager.ts';
import { shareOf, spread } from '../shared/spread.ts';
import { packageList, type Wanted } from './entries.ts';

/** An old name of a switch, true if either is. It works with every package manager. */
const alias = (name: string): Decode<boolean> =>
  withDefault(
    false,
    converted(flag, (on, { warning }) => {
      warning(`an old name for "${name}"`);
      return on;
    }),
  );

const reads = {
  packages: withDefault<readonly Wanted[]>([], packageList),
  package_update: withDefault(false, flag),
  package_upgrade: withDefault(false, flag),
  /** How long another process may hold the lock of the package manager. */
  package_lock_timeout: optional(duration),
  apt_update: alias('package_update'),
  apt_upgrade: alias('package_upgrade'),
  spread,
};

/** Packages: refreshes the repositories' metadata, upgrades all packages, and installs the named ones. */
export const packages = defineModule({
  name: 'packages',
  summary: 'Installs packages, and updates all packages on request.',
  every: 'instance',
  reads,

  plan({ packages, package_lock_timeout: lockTimeoutMs, spread, ...upkeep }, { facts, instance }): readonly PlanItem[] {
    const package_update = upkeep.package_update || upkeep.apt_update;
    const package_upgrade = upkeep.package_upgrade || upkeep.apt_upgrade;
    if (packages.length === 0 && !package_update && !package_upgrade) return [];
    const manager = packageManagerOf(facts);
    if (!manager) return nobodyInstalls(packages, package_upgrade ? 'package_upgrade' : 'package_update', facts);
    const limit = lockTimeoutMs === undefined ? {} : { lockTimeoutMs };
    const wait = shareOf(instance, spread);
    const items: PlanItem[] = wait.length === 0 ? [] : [{ at: 'spread', changes: wait }];
    if (package_update && !package_upgrade) {
      items.push({ at: 'package_update', changes: [{ kind: 'package-upkeep', manager, does: 'refresh', ...limit }] });
    }
    if (package_upgrade) {
      items.push({ at: 'package_upgrade', changes: [{ kind: 'package-upkeep', manager, does: 'upgrade', ...limit }] });
    }
    return packages.length === 0 ? items : [...items, ...wantedItems(packages, manager, limit)];
  },
});

const rebootReads = {
  packages: silent(reads.packages),
  package_upgrade: silent(reads.package_upgrade),
  apt_upgrade: silent(reads.apt_upgrade),
  package_reboot_if_required: withDefault(false, flag),
  apt_reboot_if_required: alias('package_reboot_if_required'),
};

/** Runs after everything else, since a reboot would interrupt it. */
export const packageReboot = defineModule({
  name: 'package_reboot',
  summary: 'A restart of the machine, where packages that were installed need one.',
  every: 'instance',
  reads: rebootReads,

  plan({ packages, ...asked }, { facts }: Context): readonly PlanItem[] {
    if (!asked.package_reboot_if_required && !asked.apt_reboot_if_required) return [];
    if (packages.length === 0 && !asked.package_upgrade && !asked.apt_upgrade) return [];
    const { kernel } = facts.platform;
    return [{ at: 'package_reboot_if_required', changes: [{ kind: 'reboot-if-required', kernel }] }];
  },
});

function nobodyInstalls(wanted: readonly Wanted[], at: string, { programs }: Facts): readonly PlanItem[] {
  const manager = programs.includes('zypper') ? 'zypper' : 'none';
  const names = wanted.map(({ name }) => name);
  if (names.length > 0) return [{ at: 'packages', changes: [{ kind: 'packages', manager, names }] }];
  const text = 'there is neither dnf, yum nor apt-get here: no package is brought up to date';
  return [{ at, changes: [], notes: [{ level: 'warning', text }] }];
}

function wantedItems(
  wanted: readonly Wanted[],
  manager: PackageManager,
  limit: { readonly lockTimeoutMs?: number },
): readonly PlanItem[] {
  const meant = wanted.filter((each) => isFor(each, manager));
  const named = meant.filter(({ name }) => !isFile(name)).map((each) => [specOf(each, manager), each.at] as const);
  const files = meant.filter(({ name }) => isFile(name));
  const asked = Object.fromEntries(named);
  const others = wanted.filter((each) => !isFor(each, manager));
  return [
    {
      at: 'packages',
      changes: named.length === 0 ? [] : [{ kind: 'packages', manager, names: Object.keys(asked), asked, ...limit }],
    },
    ...others.map((each) => ({ at: each.at, changes: [], notes: [leftOut(each, manager)] })),
    // In one transaction, since the packages may depend on each other.
    ...files.slice(0, 1).map(({ at }) => ({
      at,
      changes: [{ kind: 'package-files', manager, names: files.map(({ name }) => name), ...limit } as const],
    })),
  ];
}

/** dnf, yum and rpm install the same packages, so an entry for one of them applies to all three. */
const isFor = ({ manager: meant }: Wanted, manager: PackageManager): boolean =>
  meant === undefined || meant === manager || (manager !== 'apt' && ['dnf', 'yum', 'rpm'].includes(meant));

const isFile = (name: string): boolean => /^@|\/|[*?]|\.rpm$|^\(| /.test(name);

const specOf = ({ name, version }: Wanted, manager: PackageManager): string =>
  version === undefined ? name : `${name}${manager === 'apt' ? '=' : '-'}${version}`;

const leftOut = ({ name, manager: meant }: Wanted, manager: PackageManager): Note =>
  meant === 'snap' || meant === 'zypper'
    ? { level: 'warning', code: 'unsupported', text: `${name} is not installed: bootagent does not use ${meant}` }
    : { level: 'note', text: `${name} is meant for ${meant}, and this is a machine of ${manager}` };
