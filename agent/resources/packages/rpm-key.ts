import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';

/** Imports a key that rpm trusts from then on. */
export const rpmKeyHandler: ActHandler<ChangeOf<'rpm-key'>> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ path }) => path,
  intent: () => 'is imported',

  async perform({ path }, host) {
    await host.run(['rpm', '--import', path]);
  },
};
