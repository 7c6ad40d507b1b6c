import type { Change } from '../../engine/change.ts';
import type { ReadHost } from '../../host/host.ts';
import type { Sealing } from '../seal/plan.ts';
import type { Layout } from './disk-layout.ts';

/** Something an image must be or have, and how to see whether it is. */
export type Check = TreeCheck | DiskCheck;

interface Described {
  readonly name: string;
  /** An error: instances of this image are broken, locked or open. A warning: they are worse than they need be. */
  readonly severity: 'error' | 'warning';
  readonly why: string;
  readonly mend: string;
  /** Who asks for it. */
  readonly source: string;
}

/** A check that files answer. */
export interface TreeCheck extends Described {
  look(at: Look): Promise<Verdict>;
  /** The changes that mend it, where nothing can go wrong with them. */
  fix?(at: Look): Promise<readonly Change[]>;
}

/** A check that only the disk itself answers. */
export interface DiskCheck extends Described {
  lookAtDisk(disk: Layout): Verdict;
}

/** What a check of files may look at. */
export interface Look {
  readonly host: ReadHost;
  /** The image as sealing sees it. */
  readonly sealing: Sealing;
}

export interface Unseen {
  readonly unseen: string;
}

/** What was found wrong, one sentence each, none when all is well; or why nothing could be seen. */
export type Verdict = readonly string[] | Unseen;

export const isUnseen = (value: object): value is Unseen => 'unseen' in value;
