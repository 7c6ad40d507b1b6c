/** Changes of apt and debconf. */
export type AptAct = AptKeyChange | AptArchiveChange | DebconfChange;

/** Writes the key that signs a repository, in binary, as apt reads it from a file that ends in ".gpg". */
export interface AptKeyChange {
  readonly kind: 'apt-key';
  readonly path: string;
  /** An https or file URL. */
  readonly url: string;
  /** The fingerprint of the key, or its last 8 or 16 digits: another key is refused. */
  readonly fingerprint?: string;
}

/** Adds a personal package archive ("ppa:NAME/ARCHIVE") with Ubuntu's own program, which knows its key. */
export interface AptArchiveChange {
  readonly kind: 'apt-archive';
  readonly source: string;
}

/** Answers of debconf, in the format of debconf-set-selections(1). */
export interface DebconfChange {
  readonly kind: 'debconf';
  readonly selections: string;
}
