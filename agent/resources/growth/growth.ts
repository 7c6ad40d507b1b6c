import { formatBytes } from '../../base/format.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { Growth, GrowthStep } from '../../engine/kinds/growth-step.ts';
import type { ReadHost } from '../../host/host.ts';
import { applyStep } from './apply-step.ts';
import { growthSteps } from './plan-steps.ts';
import { readLayout } from './read-layout.ts';

/** Grows a file system to fill its disk, with everything in between: partition, volumes, the file system itself. */
export const growthHandler: StateHandler<ChangeOf<'growth'>, GrowthStep> = {
  sort: 'state',
  needs: 'machine',
  subject: ({ target }) => target,

  async compare(change, host) {
    const { steps, remarks } = await look(change, host);
    if (steps.length === 0) return remarks.length > 0 ? { holds: remarks.join('; ') } : undefined;
    const last = steps.at(-1);
    const gained = last?.do === 'filesystem' && last.mount !== undefined ? last : undefined;
    return {
      why: [...steps.map(told), ...remarks].join('; '),
      will: steps.map(told).join('; '),
      ...(steps[0] && { observed: steps[0] }),
      ...(gained?.mount !== undefined && { room: { path: gained.mount, bytes: gained.to - gained.from } }),
    };
  },

  async apply(change, host, found) {
    let step = found?.observed ?? (await look(change, host)).steps[0];
    for (let before = ''; step && saidOf(step) !== before; ) {
      await applyStep(step, host);
      before = saidOf(step);
      // Each step may change what the next one finds, so the layout is read again before it.
      step = (await look(change, host)).steps[0];
    }
  },
};

async function look({ target, only, newVolume }: ChangeOf<'growth'>, host: ReadHost): Promise<Growth> {
  const layout = await readLayout(target, host);
  if ('not' in layout) return { steps: [], remarks: [layout.not] };
  return growthSteps(layout, { ...(only && { only }), newVolume: newVolume ?? false });
}

/** Describes a step: "partition 1 of /dev/vda 2.0 GiB -> 10.0 GiB". */
function told(step: GrowthStep): string {
  switch (step.do) {
    case 'partition':
    case 'tell-kernel':
      return `partition ${step.number} of ${step.disk} ${fromTo(step)}`;
    case 'new-partition':
      return `a new partition of ${formatBytes(step.to)} on ${step.disk}`;
    case 'new-physical-volume':
      return `${step.path} becomes a physical volume`;
    case 'join-group':
      return `${step.path} joins ${step.group}`;
    case 'physical-volume':
      return `physical volume ${step.path} ${fromTo(step)}`;
    case 'volume':
      return `volume ${step.name} ${fromTo(step)}`;
    case 'filesystem':
      return `${step.type} on ${step.mount ?? step.device} ${fromTo(step)}`;
  }
}

/** Identifies what a step does, regardless of the rest of the partition table. */
const saidOf = (step: GrowthStep): string => JSON.stringify({ ...step, dump: undefined });

const fromTo = ({ from, to }: { from: number; to: number }): string => `${formatBytes(from)} -> ${formatBytes(to)}`;
