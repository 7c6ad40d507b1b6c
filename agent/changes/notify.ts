import type { ChangeOf } from '../change.ts';
import type { ActHandler } from './handler.ts';

/** Makes a service, or systemd itself, take note of what was changed before it. */
export const notify: ActHandler<ChangeOf<'notify'>> = {
  sort: 'act',
  needs: 'machine',
  subject: (change) => (change.what === 'daemon-reload' ? 'systemd' : change.unit),
  intent: ({ what }) => what,

  async perform(change, host) {
    // Without waiting: the unit may be ordered behind the one we run in.
    if (change.what === 'daemon-reload') await host.run(['systemctl', 'daemon-reload']);
    else if (change.what === 'restart') await host.run(['systemctl', '--no-block', 'try-restart', change.unit]);
    else await host.run(['systemctl', '--no-block', 'try-reload-or-restart', change.unit]);
  },
};
