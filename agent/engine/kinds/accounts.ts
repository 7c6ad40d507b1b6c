/** States of accounts and access: users, groups, keys, locks, sshd, hostname. */
export type PeopleState =
  /** A group with this name; `gid` applies only when the group is created, and only if the number is free. */
  | { readonly kind: 'group'; readonly name: string; readonly gid?: number; readonly system?: true }
  | { readonly kind: 'member'; readonly user: string; readonly group: string }
  | UserChange
  /** A password, given as its hash. */
  | { readonly kind: 'password'; readonly user: string; readonly hash: string }
  /** Whether password login is locked for this user. */
  | { readonly kind: 'locked'; readonly user: string; readonly locked: boolean }
  /** These lines exist in the file that sshd reads for this user; other lines stay. */
  | { readonly kind: 'authorized-keys'; readonly user: string; readonly keys: readonly string[] }
  /** A sudoers file, written only after visudo accepts it. */
  | { readonly kind: 'sudoers'; readonly path: string; readonly content: string }
  | SshdChange
  | HostKeysChange
  | { readonly kind: 'hostname'; readonly name: string };

export type PeopleAct =
  | ImportedKeysChange
  /** Sets a plaintext password, or a random one that is displayed only on the console. */
  | { readonly kind: 'plain-password'; readonly user: string; readonly password: string | { readonly random: number } }
  /** Expires the password, so that the user must change it at the next login. */
  | { readonly kind: 'expired-password'; readonly user: string }
  /** Reports, by user, the SSH keys that came with the image; `known` are the keys that the configuration provides. */
  | { readonly kind: 'inherited-keys'; readonly known: readonly string[] };

/** Adds the public keys that an account publishes at GitHub or Launchpad. */
export interface ImportedKeysChange {
  readonly kind: 'imported-keys';
  readonly user: string;
  /** The account, as ssh-import-id(1) writes it: "gh:alice". */
  readonly id: string;
  /** Where its keys are published, one on each line. */
  readonly url: string;
}

/** An account with these properties. Omitted properties stay unchanged; for a new account useradd sets its defaults. */
export interface UserChange {
  readonly kind: 'user';
  readonly name: string;
  readonly uid?: number;
  readonly primaryGroup?: string;
  /** The user is added to these groups and never removed from others. */
  readonly groups?: readonly string[];
  readonly gecos?: string;
  readonly home?: string;
  readonly shell?: string;
  /** The day the account ends, as 2027-01-31. */
  readonly expires?: string;
  /** Days from the expiry of the password until the account is disabled. */
  readonly inactive?: number;
  readonly selinuxUser?: string;
  /** Options of useradd for a new account: --system, --no-create-home. */
  readonly flags?: readonly string[];
}

/** The value of an sshd setting outside of Match blocks. */
export interface SshdChange {
  readonly kind: 'sshd';
  readonly keyword: string;
  readonly value: string;
  /** The only current value that is replaced (`nothing`: unset); any other value stays. */
  readonly instead?: 'nothing' | 'no';
  /** The setting may occur several times: this value is one of them, and the others stay. */
  readonly among?: true;
}

/** The SSH host keys of this machine. */
export interface HostKeysChange {
  readonly kind: 'host-keys';
  readonly types: readonly string[];
  /** The identity that distinguishes this machine from its clones. */
  readonly machine: string;
  /** Whether keys that are not recorded as made for this machine are regenerated. */
  readonly fresh: boolean;
  readonly given: readonly GivenHostKey[];
  /** Types that a later change generates, if sshd can start without them. */
  readonly later?: readonly string[];
}

export interface GivenHostKey {
  readonly type: string;
  readonly private: string;
  readonly certificate?: string;
}
