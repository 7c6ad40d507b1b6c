import type { ReadHost, Stat } from '../host/host.ts';
import { idOf } from '../host/passwd.ts';
import type { Ownership } from './change.ts';
import type { Difference } from './handler.ts';

/** Returns the first difference of mode, owner and group; undefined if all requested attributes match. */
export async function ownershipDiffers(
  { mode, owner, group }: Ownership,
  stat: Stat,
  host: ReadHost,
): Promise<Difference<never> | undefined> {
  if (mode !== undefined && stat.mode !== mode) {
    const [now, then] = [octal(stat.mode), octal(mode)];
    return { why: `has mode ${now}, not ${then}`, will: `mode ${now} -> ${then}` };
  }
  // Without root the owner cannot be set: a difference would be reported in every run.
  if (!host.privileged) return undefined;
  if (owner !== undefined && (await idOf(owner, 'user', host)) !== stat.uid) {
    return { why: `is not owned by ${owner}`, will: `set owner ${owner}` };
  }
  if (group !== undefined && (await idOf(group, 'group', host)) !== stat.gid) {
    return { why: `is not of group ${group}`, will: `set group ${group}` };
  }
  return undefined;
}

/** Returns a note about an ownership that cannot be set without root. */
export const ownershipNote = ({ owner, group }: Ownership, host: ReadHost): string | undefined =>
  !host.privileged && (owner ?? group) !== undefined
    ? `its owner ${owner ?? ''}${group === undefined ? '' : `:${group}`} is not set: needs root`
    : undefined;

const octal = (mode: number): string => `0${mode.toString(8).padStart(3, '0')}`;
