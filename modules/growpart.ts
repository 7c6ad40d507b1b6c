import type { ChangeOf, PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import {
  type Decode,
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
import { eachOfOthers } from './shared/lenient-fields.ts';
import { isShortOfSpace, mayNeedAnySpace, type SpaceSettings, spaceReads } from './storage/space-before-sshd.ts';

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

type Settings = {
  readonly [K in keyof typeof reads]?: (typeof reads)[K] extends Decode<infer T> ? T | undefined : never;
};

const space = eachOfOthers(spaceReads);
const lateReads = { ...reads, ...space };
const earlyReads = { ...eachOfOthers(reads), ...space };

/**
 * Grows file systems at each boot, since disks can grow between boots. In the last stage: a login does not need the space. Free
 * space is no reason to leave it to the early module here: there may have been more of it then.
 */
export const growpart = defineModule({
  name: 'growpart',
  summary: 'Partitions, volumes and their file systems fill the disk.',
  every: 'boot',
  reads: lateReads,
  consults: Object.keys(space),
  assumes: ['mounts', 'swaps'],
  plan: (settings, context): readonly PlanItem[] => (asksForSpace(settings, context) ? [] : growth(settings, context)),
});

/** The same growth before `bootcmd` and sshd. */
export const earlyGrowpart = defineModule({
  name: 'growpart_early',
  partOf: 'growpart',
  summary:
    'The same before sshd, where swap, files or commands there need the space, or where `growpart.devices` is given.',
  every: 'boot',
  reads: earlyReads,
  consults: Object.keys(earlyReads),
  assumes: ['mounts', 'swaps'],
  plan(settings, context): readonly PlanItem[] {
    const isDue = asksForSpace(settings, context) || isShortOfSpace(settings, context);
    return isDue ? growth(settings, context) : [];
  },
});

const asksForSpace = (settings: Settings & SpaceSettings, context: Context): boolean =>
  settings.growpart?.devices !== undefined || mayNeedAnySpace(settings, context);

function growth({ growpart, resize_rootfs }: Settings, { facts }: Context): readonly PlanItem[] {
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
}
