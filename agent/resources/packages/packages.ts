import { imageModeMark } from '../../base/image-mode.ts';
import { Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler, StateHandler } from '../../engine/handler.ts';
import type { ReadHost } from '../../host/host.ts';
import { install, upkeep } from './install.ts';
import { missing } from './installed.ts';
import type { Manager } from './managers.ts';

/** Installs packages. */
export const packagesHandler: StateHandler<ChangeOf<'packages'>, readonly string[]> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ names }) => names.join(' '),

  async compare({ manager, names }, host) {
    const left = await missing(known(manager), names, host);
    if (left.length === 0) return undefined;
    await refuseInImageMode(`${left.join(', ')} cannot be installed`, host);
    return { why: `lacks ${left.join(', ')}`, will: `install ${left.join(', ')}`, observed: left };
  },

  async apply({ manager, names, asked, lockTimeoutMs }, host, found, waiting) {
    const ours = known(manager);
    const lacking = found?.observed ?? (await missing(ours, names, host));
    await install(ours, lacking, host, { asked, waiting, lockTimeoutMs });
  },
};

/** The error says what to do instead; dnf's own says only that /usr cannot be written. */
async function refuseInImageMode(what: string, host: ReadHost): Promise<void> {
  if (!(await host.stat(imageModeMark))) return;
  throw new Problem(
    'not-possible',
    `${what}: this system is in image mode (${imageModeMark} exists), its /usr is read-only`,
    {
      hint: 'Add the packages to the Containerfile of the image, build it, and update with "bootc upgrade".',
    },
  );
}

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
  async perform({ manager, names, lockTimeoutMs }, host, { waiting }) {
    await refuseInImageMode(`${names.join(', ')} cannot be installed`, host);
    await install(manager, names, host, { waiting, lockTimeoutMs });
  },
};

/** Fetches the package lists, or upgrades all installed packages, once. */
export const packageUpkeepHandler: ActHandler<ChangeOf<'package-upkeep'>> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ does }) => does,
  intent: ({ manager, does }) => `${manager} ${does}`,
  async perform({ manager, does, lockTimeoutMs }, host, { waiting }) {
    if (does === 'upgrade') await refuseInImageMode('The packages cannot be upgraded', host);
    await upkeep(manager, does, host, { waiting, lockTimeoutMs });
  },
};
