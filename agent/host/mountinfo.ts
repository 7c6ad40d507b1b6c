// Format: /proc/PID/mountinfo, https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
import { decodeOctalEscapes } from '../base/octal-escapes.ts';

/** The fields of a line, with octal escapes as the kernel writes them. */
export interface MountLine {
  /** The major and minor device numbers: "252:1". */
  readonly device: string;
  /** The directory of the file system that is mounted: "/" unless it is a bind mount or a subvolume. */
  readonly root: string;
  readonly target: string;
  readonly options: string;
  readonly type: string;
  readonly source: string;
  /** The options of the file system, which all of its mounts share. */
  readonly superOptions: string;
}

/** A mount: one line of /proc/self/mountinfo, without escapes. */
export interface Mounted extends Omit<MountLine, 'options' | 'superOptions'> {
  readonly options: readonly string[];
  readonly readOnly: boolean;
}

/** Returns the lines of /proc/self/mountinfo. */
export function mountLines(mountinfo: string): readonly MountLine[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , device = '', root = '', target = '', options = ''] = left.split(' ');
    const [type = '', source = '', superOptions = ''] = right.split(' ');
    return target === '' || type === '' ? [] : [{ device, root, target, options, type, source, superOptions }];
  });
}

/** Parses /proc/self/mountinfo; of several mounts on one target, the last one is visible. */
export const mountsIn = (mountinfo: string): readonly Mounted[] =>
  mountLines(mountinfo).map(({ device, root, target, options, type, source, superOptions }) => ({
    device,
    root: decodeOctalEscapes(root),
    target: decodeOctalEscapes(target),
    options: options.split(','),
    type,
    source: decodeOctalEscapes(source),
    readOnly: [options, superOptions].some((each) => each.split(',').includes('ro')),
  }));

/** Returns the visible mount at a mount point. */
export const mountAt = (mountinfo: string, target: string): Mounted | undefined =>
  mountsIn(mountinfo).findLast((each) => each.target === target);
