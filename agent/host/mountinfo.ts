// Format: /proc/PID/mountinfo, https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
import { decodeOctalEscapes } from '../base/octal-escapes.ts';

/** A mount: one line of /proc/self/mountinfo. */
export interface Mounted {
  readonly target: string;
  readonly source: string;
  readonly type: string;
  /** The major and minor device numbers: "252:1". */
  readonly device: string;
  readonly readOnly: boolean;
}

/** Parses /proc/self/mountinfo; of several mounts on one target, the last one is visible. */
export function mountsIn(mountinfo: string): readonly Mounted[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after] = line.split(' - ');
    const [, , device, , target, options] = before.split(' ');
    const [type, source, superOptions] = after?.split(' ') ?? [];
    if (device === undefined || target === undefined || type === undefined) return [];
    const isReadOnly = [options, superOptions].some((each) => each?.split(',').includes('ro'));
    return [
      {
        target: decodeOctalEscapes(target),
        source: decodeOctalEscapes(source ?? ''),
        type,
        device,
        readOnly: isReadOnly,
      },
    ];
  });
}

/** Returns the visible mount at a mount point. */
export const mountAt = (mountinfo: string, target: string): Mounted | undefined =>
  mountsIn(mountinfo).findLast((each) => each.target === target);
