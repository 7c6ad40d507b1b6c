import type { ChangeOf, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import {
  either,
  flag,
  items,
  matching,
  object,
  oneOf,
  optional,
  orElse,
  withDefault,
} from '../agent/userdata/schema/decode.ts';

const disabled = '/etc/growroot-disabled';

const settings = object({
  mode: withDefault('auto', oneOf('auto', 'growpart', 'gpart', 'growfs', 'off', 'false', 'False')),
  devices: optional(items(matching(/^\//, 'a mount point or a device, such as / or /dev/vdb1'))),
  ignore_growroot_disabled: withDefault(false, flag),
  lvm_new_pv: withDefault(false, flag),
});

// An invalid setting must not prevent growth: on a full root file system, logins fail.
const reads = {
  growpart: orElse(undefined, optional(settings)),
  resize_rootfs: orElse<boolean | 'noblock'>(true, withDefault(true, either(oneOf('noblock'), flag))),
};

/** Grows the root and the other named file systems at each boot, since disks can grow between boots. */
export const growpart = defineModule({
  name: 'growpart',
  summary: 'Partitions, volumes and their file systems fill the disk.',
  every: 'boot',
  reads,

  plan({ growpart, resize_rootfs }, { facts }): readonly PlanItem[] {
    const growsRoot = resize_rootfs !== false;
    const rootOnly: PlanItem[] = growsRoot
      ? [{ at: 'resize_rootfs', changes: [{ kind: 'growth', target: '/', only: 'filesystem' }] }]
      : [];
    if (['off', 'false', 'False'].includes(growpart?.mode ?? 'auto')) return rootOnly;
    if (facts.paths.includes(disabled) && !growpart?.ignore_growroot_disabled) {
      const text = `growpart: no partition is grown, as ${disabled} is there`;
      return [{ at: 'growpart', changes: [], notes: [{ level: 'note', text }] }, ...rootOnly];
    }
    const devices = growpart?.devices ?? [{ at: 'growpart', value: '/' }];
    return devices.map(({ at, value: target }) => {
      const change: ChangeOf<'growth'> = {
        kind: 'growth',
        target,
        ...(target === '/' && !growsRoot && { only: 'device' }),
        ...(growpart?.lvm_new_pv && { newVolume: true }),
      };
      return { at, changes: [change] };
    });
  },
});
