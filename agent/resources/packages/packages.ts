import { Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler, StateHandler } from '../../engine/handler.ts';
import { install, upkeep } from './install.ts';
import { missing } from './installed.ts';
import type { Manager } from './managers.ts';

/** Installs packages. */
export const packagesHandler: StateHandler<ChangeOf<'packages'>> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ names }) => names.join(' '),

  async compare({ manager, names }, host) {
    const left = await missing(known(manager), names, host);
    return left.length === 0 ? undefined : { why: `lacks ${left.join(', ')}`, will: `install ${left.join(', ')}` };
  },

  async apply({ manager, names, asked, lockTimeoutMs }, host, _, waiting) {
    const ours = known(manager);
    await install(ours, await missing(ours, names, host), host, { asked, waiting, lockTimeoutMs });
  },
};

function known(manager: ChangeOf<'packages'>['manager']): Manager {
  if (manager !== 'none' && manager !== 'zypper') return manager;
  const why = manager === 'zypper' ? 'bootagent does not know zypper' : 'there is neither dnf, yum nor apt-get here';
  throw new Problem('not-installed', `No package is installed: ${why}`, {
    hint: 'Put the packages, or one of dnf, yum and apt-get, into the image.',
  });
}

/** Installs, once, what the package database cannot be queried for: a group, a file, a URL. */
export const packageFilesHandler: ActHandler<ChangeOf<'package-files'>> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ names }) => names.join(' '),
  intent: ({ manager }) => `is installed by ${manager}`,
  perform: ({ manager, names, lockTimeoutMs }, host, { waiting }) =>
    install(manager, names, host, { waiting, lockTimeoutMs }),
};

/** Fetches the package lists, or upgrades all installed packages, once. */
export const packageUpkeepHandler: ActHandler<ChangeOf<'package-upkeep'>> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ does }) => does,
  intent: ({ manager, does }) => `${manager} ${does}`,
  perform: ({ manager, does, lockTimeoutMs }, host, { waiting }) =>
    upkeep(manager, does, host, { waiting, lockTimeoutMs }),
};
