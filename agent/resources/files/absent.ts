import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';

/** Removes what exists at a path. */
export const absentHandler: StateHandler<ChangeOf<'absent'>> = {
  sort: 'state',
  subject: ({ path }) => path,
  compare: async ({ path }, host) => ((await host.stat(path)) ? 'is there' : undefined),
  apply: ({ path }, host) => host.remove(path),
};
