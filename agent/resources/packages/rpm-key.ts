import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';

/** A key that rpm may trust from now on. */
export const rpmKeyHandler: ActHandler<ChangeOf<'rpm-key'>> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ path }) => path,
  intent: () => 'is imported',

  async perform({ path }, host) {
    await host.run(['rpm', '--import', path]);
  },
};
