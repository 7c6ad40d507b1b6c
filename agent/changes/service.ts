import type { ChangeOf } from '../change.ts';
import { Problem } from '../problem.ts';
import { unitPath } from '../units.ts';
import type { StateHandler } from './handler.ts';

/** Whether a unit starts at boot. */
export const service: StateHandler<ChangeOf<'service'>> = {
  sort: 'state',
  needs: 'root',
  subject: ({ unit }) => unit,

  async compare({ unit, boot }, host) {
    const masked = (await host.readLink(`/etc/systemd/system/${unit}`)) === '/dev/null';
    if (boot === 'masked') return masked ? undefined : 'is not masked';
    if (boot === 'unmasked') return masked ? 'is masked' : undefined;
    if (!(await unitPath(unit, host))) return boot === 'disabled' ? undefined : 'is not installed yet';
    const root = host.offline ? [`--root=${host.root}`] : [];
    const { stdout } = await host.query(['systemctl', 'is-enabled', ...root, unit]);
    const word = stdout.trim();
    const on = word.startsWith('enabled') || word === 'static' || word === 'alias' || word === 'generated';
    return on === (boot === 'enabled') || word === 'static' ? undefined : `is ${word || 'unknown'}`;
  },

  async apply({ unit, boot }, host) {
    const verbs = { enabled: 'enable', disabled: 'disable', masked: 'mask', unmasked: 'unmask' } as const;
    if (boot === 'enabled' && !(await unitPath(unit, host))) {
      throw new Problem('not-possible', `No unit ${unit} is installed`, {
        hint: `Add the package that brings ${unit} to "packages", or to the image.`,
      });
    }
    const root = host.offline ? [`--root=${host.root}`] : [];
    await host.run(['systemctl', ...root, verbs[boot], unit]);
  },
};
