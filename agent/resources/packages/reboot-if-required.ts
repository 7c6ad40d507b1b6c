import type { ChangeOf } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import { rebootReason } from './reboot-required.ts';

/** Restarts the machine if installed packages require it. */
export const rebootIfRequiredHandler: ActHandler<ChangeOf<'reboot-if-required'>> = {
  sort: 'act',
  needs: 'machine',
  subject: () => 'machine',
  intent: () => 'is restarted, if what was installed needs it',

  async perform({ kernel }, host) {
    const reason = await rebootReason(host, kernel);
    if (reason === undefined) return 'no restart is needed';
    await host.run(['systemctl', '--no-block', 'reboot']);
    return `the machine restarts: ${reason}`;
  },
};
