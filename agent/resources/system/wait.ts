import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';

/** Waits for this instance's share of the time over which a fleet is spread. */
export const waitHandler: ActHandler<ChangeOf<'wait'>> = {
  sort: 'act',
  needs: 'machine',
  subject: () => 'spread',
  intent: ({ ms }) => `waits ${Math.round(ms / 1000)} s`,
  perform: ({ ms }, host) => host.sleep(ms),
};
