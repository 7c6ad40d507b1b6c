import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { Query } from '../../host/queries.ts';
import { noSuchUnit, notInstalled } from './service.ts';

/** What tells whether a unit runs. */
export const runningQuery = (unit: string): Query => ['systemctl', 'show', '--property=ActiveState,Job', unit];

/** Whether a unit runs now, or is about to: at a boot, what is to start has a job for it long before its turn. */
export const runningHandler: StateHandler<ChangeOf<'running'>> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ unit }) => unit,
  unverified: true,

  async compare({ unit, is }, host) {
    const { stdout } = await host.query(runningQuery(unit));
    const runs = /^ActiveState=(?:active|activating|reloading)$|^Job=[1-9]/m.test(stdout);
    return runs === (is === 'started') ? undefined : runs ? 'is running' : 'is not running';
  },

  async apply({ unit, is }, host) {
    // Without waiting: the unit may be ordered behind the one we run in.
    const argv = ['systemctl', '--no-block', is === 'started' ? 'start' : 'stop', unit];
    const { code } = await host.run(argv, { accept: [0, noSuchUnit] });
    if (code === noSuchUnit) throw notInstalled(unit);
  },
};
