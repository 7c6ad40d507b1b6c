import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import type { ReadHost } from '../../host/host.ts';
import { noSuchUnit } from './service.ts';
import { isAtRest } from './unit-files.ts';

/** Reloads or restarts a service, reloads systemd, or rebuilds the trusted certificates, after a change to their files. */
export const notifyHandler: ActHandler<ChangeOf<'notify'>> = {
  sort: 'act',
  needs: 'machine',
  subject: (change) => {
    if (change.what === 'ca-trust') return 'certificates';
    return change.what === 'daemon-reload' ? 'systemd' : change.unit;
  },
  intent: ({ what }) => what,

  async perform(change, host) {
    if (change.what === 'daemon-reload') await host.run(['systemctl', 'daemon-reload']);
    else if (change.what === 'ca-trust') await host.run([await trustTool(host)]);
    else if (!(await isAtRest(change.unit, host))) {
      // An inactive unit reads its files when it starts; asking systemctl costs a process.
      const verb = change.what === 'restart' ? 'try-restart' : 'try-reload-or-restart';
      // --no-block: the unit may be ordered after the unit that runs bootagent. A missing unit needs no reload.
      await host.run(['systemctl', '--no-block', verb, change.unit], { accept: [0, noSuchUnit] });
    }
  },
};

/** Returns the program that rebuilds the bundle of trusted certificates: it depends on the family of the distribution. */
async function trustTool(host: ReadHost): Promise<string> {
  const debian = await host.stat('/usr/sbin/update-ca-certificates');
  return debian ? 'update-ca-certificates' : 'update-ca-trust';
}
