import type { Change } from '../../engine/change.ts';
import type { Image } from '../image.ts';

/** One operation of sealing. `~` at the beginning of a path means the home folder of every user. */
export interface Operation {
  /** Its name on the command line, and that of the check of "bootagent doctor" that reports it as not done. */
  readonly name: string;
  /** What goes wrong in the instances if it is left out. */
  readonly why: string;
  /** The severity that the doctor reports if it is not supported. */
  readonly severity: 'error' | 'warning';
  /** The guide or program that requires it. */
  readonly source: string;
  /** Patterns of files and folders to remove, folders with their contents. */
  readonly removes?: readonly string[];
  /** Exceptions to `removes` and to the files of `drops`. */
  readonly keeps?: readonly string[];
  /** Patterns of files to empty, because their mode, owner and label matter. Files that `removes` matches are not emptied. */
  readonly empties?: readonly string[];
  /** Lines to drop, by a pattern of their beginning, from the files that match `from`. */
  readonly drops?: readonly { readonly lines: string; readonly from: readonly string[] }[];
  /** Returns the changes that depend on the image. */
  readonly also?: (image: Image) => readonly Change[];
}

/** The interface files of the network scripts of Enterprise Linux. */
export const ifcfg = '/etc/sysconfig/network-scripts/ifcfg-*';
