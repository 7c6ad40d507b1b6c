import type { Change, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { type Item, items, matching, object, optional, withDefault } from '../agent/userdata/schema/decode.ts';

/** A name that begins with "-" would be an option of systemctl. */
const unit = matching(/^[\w@:\\][\w@:.\\-]*$/, 'the name of a service');
const units = withDefault<readonly Item<string>[]>([], items(unit));

const reads = {
  services: optional(
    object({
      mask: units,
      unmask: units,
      disable: units,
      stop: units,
      enable: units,
      start: units,
    }),
  ),
};

/** The change of each setting, in order of application: what blocks a service is removed first. */
const changeFor: Readonly<
  Record<'mask' | 'unmask' | 'disable' | 'stop' | 'enable' | 'start', (unit: string) => Change>
> = {
  unmask: (unit) => ({ kind: 'service', unit, boot: 'unmasked' }),
  mask: (unit) => ({ kind: 'service', unit, boot: 'masked' }),
  disable: (unit) => ({ kind: 'service', unit, boot: 'disabled' }),
  stop: (unit) => ({ kind: 'running', unit, is: 'stopped' }),
  enable: (unit) => ({ kind: 'service', unit, boot: 'enabled' }),
  start: (unit) => ({ kind: 'running', unit, is: 'started' }),
};

const verbs = ['unmask', 'mask', 'disable', 'stop', 'enable', 'start'] as const;

/** Services to enable, disable or mask at boot, and to start or stop now. */
export const services = defineModule({
  name: 'services',
  summary: 'Services enabled, disabled, masked, started and stopped, without waiting for any.',
  every: 'instance',
  reads,

  plan({ services }, { facts }): readonly PlanItem[] {
    if (!services) return [];
    const all = verbs.flatMap((verb) => services[verb].map(({ at, value }) => ({ at, verb, value })));
    if (all.length > 0 && facts.systemd === 0) {
      const text = 'there is no systemd here: no service is changed';
      return [{ at: 'services', changes: [], notes: [{ level: 'warning', text }] }];
    }
    return all.map(({ at, verb, value }) => ({ at, changes: [changeFor[verb](nameOf(value))] }));
  },
});

const nameOf = (word: string): string =>
  /\.(service|socket|timer|target|path|mount|automount|swap|slice)$/.test(word) ? word : `${word}.service`;
