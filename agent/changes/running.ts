import type { ChangeOf } from '../change.ts';
import type { StateHandler } from './handler.ts';

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
    await host.run(['systemctl', '--no-block', is === 'started' ? 'start' : 'stop', unit]);
  },
};
