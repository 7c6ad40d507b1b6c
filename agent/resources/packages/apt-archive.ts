import type { ActHandler } from '../../engine/handler.ts';
import type { AptArchiveChange } from '../../engine/kinds/apt.ts';

/** Adds a personal package archive, once. The program fetches the key of the archive by itself. */
export const aptArchiveHandler: ActHandler<AptArchiveChange> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ source }) => source,
  intent: () => 'is added by add-apt-repository',

  async perform({ source }, host) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await host.run(['add-apt-repository', '--yes', '--no-update', source], { env, timeoutMs: 300_000 });
  },
};
