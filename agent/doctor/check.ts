import type { Change } from '../change.ts';
import type { ReadHost } from '../host/host.ts';
import type { Image } from '../image/image.ts';
import type { Layout } from './disk/layout.ts';

/** Something an image must be or have, and how to see whether it is. */
export interface Check {
  readonly name: string;
  /** An error: instances of this image are broken, locked or open. A warning: they are worse than they need be. */
  readonly severity: 'error' | 'warning';
  readonly why: string;
  readonly mend: string;
  /** Who asks for it. */
  readonly source: string;
  look(at: Look): Promise<Verdict>;
  /** The changes that mend it, where nothing can go wrong with them. */
  fix?(at: Look): Promise<readonly Change[]>;
}

/** What a check may look at. */
export interface Look {
  readonly host: ReadHost;
  readonly image: Image;
  /** The disk, where one was named or can be seen. */
  readonly disk: Layout | Unseen;
}

export interface Unseen {
  readonly unseen: string;
}

/** What was found wrong, one sentence each, none when all is well; or why nothing could be seen. */
export type Verdict = readonly string[] | Unseen;

export const isUnseen = (value: object): value is Unseen => 'unseen' in value;
