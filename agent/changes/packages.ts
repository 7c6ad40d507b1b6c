import type { ChangeOf } from '../change.ts';
import { install, upkeep } from '../packages/install.ts';
import { missing } from '../packages/installed.ts';
import type { ActHandler, StateHandler } from './handler.ts';

/** Packages that are to be there. */
export const packages: StateHandler<ChangeOf<'packages'>> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ names }) => names.join(' '),

  async compare({ manager, names }, host) {
    const left = await missing(manager, names, host);
    return left.length === 0 ? undefined : `lacks ${left.join(', ')}`;
  },

  async apply({ manager, names }, host) {
    await install(manager, await missing(manager, names, host), host);
  },
};

/** What has no name that the package database could be asked for: a group, a file, an address. Once. */
export const packageFiles: ActHandler<ChangeOf<'package-files'>> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ names }) => names.join(' '),
  intent: ({ manager }) => `is installed by ${manager}`,
  perform: ({ manager, names }, host) => install(manager, names, host),
};

/** What repositories have, fetched; or all that is installed, brought up to date. Once. */
export const packageUpkeep: ActHandler<ChangeOf<'package-upkeep'>> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ does }) => does,
  intent: ({ manager, does }) => `${manager} ${does}`,
  perform: ({ manager, does }, host) => upkeep(manager, does, host),
};
