/** The part of the vocabulary that is about people: accounts, keys, locks, names. */
export type PeopleState =
  /** A group of this name; the number is taken when it is made, if it is free. */
  | { readonly kind: 'group'; readonly name: string; readonly gid?: number; readonly system?: true }
  | { readonly kind: 'member'; readonly user: string; readonly group: string }
  | UserChange
  /** A password by its hash. */
  | { readonly kind: 'password'; readonly user: string; readonly hash: string }
  /** Whether a password can let this user in. */
  | { readonly kind: 'locked'; readonly user: string; readonly locked: boolean }
  /** These lines in the file that sshd reads for this user; others in it stay. */
  | { readonly kind: 'authorized-keys'; readonly user: string; readonly keys: readonly string[] }
  /** A file for sudo, which counts only once visudo has taken it. */
  | { readonly kind: 'sudoers'; readonly path: string; readonly content: string }
  | SshdChange
  | HostKeysChange
  | { readonly kind: 'hostname'; readonly name: string };

export type PeopleAct =
  /** Sets a password that was given in the clear, or one that is made up and shown on the console alone. */
  | { readonly kind: 'plain-password'; readonly user: string; readonly password: string | { readonly random: number } }
  /** The password must be changed at the next login. */
  | { readonly kind: 'expired-password'; readonly user: string }
  /** Tells which keys were there before anybody gave us any, by user; `known` are those that were given. */
  | { readonly kind: 'inherited-keys'; readonly known: readonly string[] };

/** An account with these properties. What is left out is left as it is, or to useradd where the account is new. */
export interface UserChange {
  readonly kind: 'user';
  readonly name: string;
  readonly uid?: number;
  readonly primaryGroup?: string;
  /** Added to, never taken out of. */
  readonly groups?: readonly string[];
  readonly gecos?: string;
  readonly home?: string;
  readonly shell?: string;
  /** The day the account ends, as 2027-01-31. */
  readonly expires?: string;
  /** Days between the end of a password and that of the account. */
  readonly inactive?: number;
  readonly selinuxUser?: string;
  /** Words of useradd for a new account: --system, --no-create-home. */
  readonly flags?: readonly string[];
}

/** What sshd takes for a setting wherever no Match block says otherwise. */
export interface SshdChange {
  readonly kind: 'sshd';
  readonly keyword: string;
  readonly value: string;
  /** Only in place of this, and left as it is where it says something else. */
  readonly instead?: 'nothing' | 'no';
  /** One of several: the setting may stand there for other things as well. */
  readonly among?: true;
}

/** The keys by which sshd shows who this machine is. */
export interface HostKeysChange {
  readonly kind: 'host-keys';
  readonly types: readonly string[];
  /** What tells this machine from its clones. */
  readonly machine: string;
  /** Whether keys that nobody remembers having made for this machine are made anew. */
  readonly fresh: boolean;
  readonly given: readonly GivenHostKey[];
  /** Types that a later change makes, where sshd can start without them. */
  readonly later?: readonly string[];
}

export interface GivenHostKey {
  readonly type: string;
  readonly private: string;
  readonly certificate?: string;
}
