import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { Query } from '../../host/queries.ts';
import { noSuchUnit, notInstalled } from './service.ts';

/** Returns the query for the state of a unit. */
export const runningQuery = (unit: string): Query => ['systemctl', 'show', '--property=ActiveState,Job', unit];

/** Starts or stops a unit. A queued job counts as running: during boot, a unit has one long before it starts. */
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
    // --no-block: the unit may be ordered after the unit that runs bootagent.
    const argv = ['systemctl', '--no-block', is === 'started' ? 'start' : 'stop', unit];
    const { code } = await host.run(argv, { accept: [0, noSuchUnit] });
    if (code === noSuchUnit) throw notInstalled(unit);
  },
};
