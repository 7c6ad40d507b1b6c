import type { Change } from '../../engine/change.ts';
import type { Image } from '../image.ts';

/** One thing an image must forget. `~` at the beginning of a path stands for the home of every user. */
export interface Operation {
  /** Names it on the command line, and the check of "bootagent doctor" that finds it undone. */
  readonly name: string;
  /** What goes wrong in the instances when it is left out. */
  readonly why: string;
  /** How bad that is: what the doctor says of an image where it is left over. */
  readonly severity: 'error' | 'warning';
  /** Who asks for it. */
  readonly source: string;
  /** Patterns of what is removed, folders with all that is in them. */
  readonly removes?: readonly string[];
  /** What stays as it is, of that and of the files that lines are dropped from. */
  readonly keeps?: readonly string[];
  /** Patterns of files that are emptied: their mode, owner and label matter. What is removed is not emptied before. */
  readonly empties?: readonly string[];
  /** Lines, by how they begin, that are dropped from the files of some patterns. */
  readonly drops?: readonly { readonly lines: string; readonly from: readonly string[] }[];
  /** What depends on the image. */
  readonly also?: (image: Image) => readonly Change[];
}
