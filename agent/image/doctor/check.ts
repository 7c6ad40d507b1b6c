import type { Change } from '../../engine/change.ts';
import type { ReadHost } from '../../host/host.ts';
import type { Sealing } from '../seal/plan.ts';
import type { Layout } from './disk-layout.ts';

/** A requirement of an image, and how to check it. */
export type Check = TreeCheck | DiskCheck;

interface Described {
  readonly name: string;
  /** An error: instances of this image are broken, inaccessible or insecure. A warning: they work, with drawbacks. */
  readonly severity: 'error' | 'warning';
  readonly why: string;
  /** How to fix it: a command or a sentence. */
  readonly fix: string;
  /** The guide or program that requires it. */
  readonly source: string;
}

/** A check of files. */
export interface TreeCheck extends Described {
  inspect(at: CheckContext): Promise<Verdict>;
  /** Returns the changes that fix it; defined only if they are safe. */
  changes?(at: CheckContext): Promise<readonly Change[]>;
}

/** A check that needs the disk itself. */
export interface DiskCheck extends Described {
  inspectDisk(disk: Layout): Verdict;
}

/** The input of a check of files. */
export interface CheckContext {
  readonly host: ReadHost;
  /** The image as sealing reads it. */
  readonly sealing: Sealing;
}

/** Why a check could not be made. */
export interface NotChecked {
  readonly notChecked: string;
}

/** The faults found, one sentence each, none if the check passes; or why it cannot be checked. */
export type Verdict = readonly string[] | NotChecked;

export const isNotChecked = (value: object): value is NotChecked => 'notChecked' in value;
