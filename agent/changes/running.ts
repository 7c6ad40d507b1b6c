import type { ChangeOf } from '../change.ts';
import type { StateHandler } from './handler.ts';
import { noSuchUnit, notInstalled } from './service.ts';

/** Whether a unit runs now. */
export const running: StateHandler<ChangeOf<'running'>> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ unit }) => unit,
  unverified: true,

  async compare({ unit, is }, host) {
    const { stdout } = await host.query(['systemctl', 'is-active', unit]);
    const runs = ['active', 'activating', 'reloading'].includes(stdout.trim());
    return runs === (is === 'started') ? undefined : runs ? 'is running' : 'is not running';
  },

  async apply({ unit, is }, host) {
    // Without waiting: the unit may be ordered behind the one we run in.
    const argv = ['systemctl', '--no-block', is === 'started' ? 'start' : 'stop', unit];
    const { code } = await host.run(argv, { accept: [0, noSuchUnit] });
    if (code === noSuchUnit) throw notInstalled(unit);
  },
};
