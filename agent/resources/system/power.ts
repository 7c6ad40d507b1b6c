import type { PowerChange } from '../../engine/change.ts';
import type { ActHandler } from '../../engine/handler.ts';
import { anyExit } from '../../host/any-exit.ts';

const options: Readonly<Record<PowerChange['mode'], string>> = { poweroff: '-P', reboot: '-r', halt: '-H' };

/** The unit whose end is the end of the run. */
const lastUnit = 'bootagent-final.service';

/** Powers off, halts or restarts the machine after the run: once for each instance, whatever the result. */
export const powerHandler: ActHandler<PowerChange> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ mode }) => mode,
  intent: ({ mode, delay }) => `${mode}s the machine (${delay})`,
  // The shutdown may have ended the earlier run before its end was recorded.
  due: (_, earlier) => (earlier.length > 0 ? 'done' : 'due'),

  async perform({ mode, delay, message, condition }, host) {
    if (condition) {
      const { code } = await host.run(condition, { accept: anyExit });
      if (code !== 0) return `left undone: the condition ended with ${code}`;
    }
    const shutdown = ['shutdown', options[mode], delay, ...(message === undefined ? [] : [message])];
    // A separate unit, ordered after ours: all results are on disk before the machine shuts down.
    await host.run(['systemd-run', '--quiet', '--no-block', `--property=After=${lastUnit}`, '--', ...shutdown]);
    return `${shutdown.join(' ')}, once this run is over`;
  },
};
