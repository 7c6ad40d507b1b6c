import type { Grown, GrowthStep } from '../../engine/kinds/growth-step.ts';
import type { Volume } from './layout.ts';
import { newVolumeSteps } from './new-volume.ts';
import { growPartition } from './partition.ts';

/** Plans the growth of a logical volume: its group takes all of its disks, the volume all of its group. */
export function growVolume({ name, bytes, segments, group }: Volume, newVolume: boolean): Grown {
  const odd = segments.find((each) => each !== 'linear' && each !== 'striped');
  if (odd) return { steps: [], remarks: [`the volume ${name} is ${odd}, which is not grown`], bytes };
  const steps: GrowthStep[] = [];
  const remarks: string[] = [];
  const blocked: string[] = [];
  let free = group.free;
  for (const { path, bytes: used, start, device } of group.members) {
    const below = device.is === 'partition' ? growPartition(device) : { steps: [], remarks: [], bytes: device.bytes };
    steps.push(...below.steps);
    if ('blocked' in below && below.blocked) blocked.push(...below.remarks);
    else remarks.push(...below.remarks);
    if (device.is === 'opaque') remarks.push(`${path} is ${device.because}`);
    const usable = Math.floor((below.bytes - start) / group.extent) * group.extent;
    if (device.is === 'opaque' || usable - used < group.extent) continue;
    steps.push({ do: 'physical-volume', path, from: used, to: usable });
    free += usable - used;
  }
  const more = newVolume ? newVolumeSteps(group) : undefined;
  steps.push(...(more?.steps ?? []));
  remarks.push(...(more?.remarks ?? []));
  free += more?.bytes ?? 0;
  if (!more) remarks.push(...blocked.map((remark) => `${remark}; "lvm_new_pv" would use it`));
  else if (more.steps.length === 0) remarks.push(...blocked);
  const to = bytes + Math.floor(free / group.extent) * group.extent;
  if (to > bytes) steps.push({ do: 'volume', name, from: bytes, to });
  return { steps, remarks, bytes: to };
}
