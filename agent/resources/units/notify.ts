import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import type { ReadHost } from '../../host/host.ts';
import { noSuchUnit } from './service.ts';
import { isAtRest } from './unit-files.ts';

/** Makes a service, or systemd itself, take note of what was changed before it. */
export const notifyHandler: ActHandler<ChangeOf<'notify'>> = {
  sort: 'act',
  needs: 'machine',
  subject: (change) => {
    if (change.what === 'ca-trust') return 'certificates';
    return change.what === 'daemon-reload' ? 'systemd' : change.unit;
  },
  intent: ({ what }) => what,

  async perform(change, host) {
    // Without waiting: the unit may be ordered behind the one we run in.
    if (change.what === 'daemon-reload') await host.run(['systemctl', 'daemon-reload']);
    else if (change.what === 'ca-trust') await host.run([await trustTool(host)]);
    else if (!(await isAtRest(change.unit, host))) {
      // What does not run reads all of it when it starts: to hear that from systemctl costs a process.
      const verb = change.what === 'restart' ? 'try-restart' : 'try-reload-or-restart';
      // What is not installed does not run on old settings either.
      await host.run(['systemctl', '--no-block', verb, change.unit], { accept: [0, noSuchUnit] });
    }
  },
};

/** What makes one bundle of the trusted certificates: each family has its own. */
async function trustTool(host: ReadHost): Promise<string> {
  const debian = await host.stat('/usr/sbin/update-ca-certificates');
  return debian ? 'update-ca-certificates' : 'update-ca-trust';
}
