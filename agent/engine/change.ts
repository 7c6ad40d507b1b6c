import type { ProblemCode } from '../base/problem.ts';
import type { ShellList } from '../host/host.ts';
import type { ReadyGate } from '../metadata/datasource.ts';
import type { PeopleAct, PeopleState } from './kinds/accounts.ts';
import type { AptAct } from './kinds/apt.ts';
import type { FstabEdit, StorageChange } from './kinds/storage.ts';
import type { SubscriptionChange } from './kinds/subscription.ts';

/**
 * Every change that bootagent can make to a machine.
 *
 * A change describes the result, not the way to it. It refers to things by name (a user, a mount point)
 * where the value (a uid, a size) is known only after earlier changes are applied. It is plain data, so
 * one plan can be printed, stored, compared, applied and verified.
 *
 * Most kinds are states, which can be compared with the machine. The others (a script, a message) are
 * acts: each runs once, and the ledger records that it ran.
 */
export type Change = Common & (StateChange | ActChange);

export type StateChange =
  | FileChange
  | StorageChange
  | PeopleState
  | { readonly kind: 'edit'; readonly path: string; readonly edit: Edit; readonly mode?: number }
  | ({ readonly kind: 'directory'; readonly path: string } & Ownership)
  | { readonly kind: 'absent'; readonly path: string }
  /** No matching path exists. Paths in `except`, and everything below them, stay. */
  | ({ readonly kind: 'removed' } & Globs)
  | ({ readonly kind: 'emptied' } & Globs)
  /** The files have no line that begins with a match of `lines`, a regular expression. */
  | ({ readonly kind: 'without-lines'; readonly lines: string } & Globs)
  | { readonly kind: 'removed-user'; readonly name: string; readonly except?: readonly string[] }
  | { readonly kind: 'removed-swap'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** `zypper` and `none` are unsupported: the handler fails with the reason when it compares. */
  | {
      readonly kind: 'packages';
      readonly manager: 'dnf' | 'yum' | 'apt' | 'zypper' | 'none';
      readonly names: readonly string[];
      /** The setting that requests each package, by package name: "packages[3]". */
      readonly asked?: Readonly<Record<string, string>>;
      /** How long another process may hold the lock of the package manager. Default: ten minutes. */
      readonly lockTimeoutMs?: number;
    }
  | { readonly kind: 'selinux'; readonly mode: 'enforcing' | 'permissive' }
  /** A repository file for dnf and yum. */
  | { readonly kind: 'repository'; readonly path: string; readonly content: string }
  /** A zone name of the IANA time zone database: "Europe/Zurich". */
  | { readonly kind: 'timezone'; readonly zone: string }
  /** The locale is available to programs. */
  | { readonly kind: 'locale'; readonly name: string }
  | { readonly kind: 'service'; readonly unit: string; readonly boot: 'enabled' | 'disabled' | 'masked' | 'unmasked' }
  | { readonly kind: 'running'; readonly unit: string; readonly is: 'started' | 'stopped' };

export type ActChange =
  | ScriptChange
  | DownloadChange
  | AptAct
  | SubscriptionChange
  | { readonly kind: 'rpm-key'; readonly path: string }
  | {
      readonly kind: 'package-files';
      readonly manager: 'dnf' | 'yum' | 'apt';
      readonly names: readonly string[];
      readonly lockTimeoutMs?: number;
    }
  | {
      readonly kind: 'package-upkeep';
      readonly manager: 'dnf' | 'yum' | 'apt';
      readonly does: 'refresh' | 'upgrade';
      readonly lockTimeoutMs?: number;
    }
  /** `kernel` is the release of the running kernel. */
  | { readonly kind: 'reboot-if-required'; readonly kernel: string }
  | { readonly kind: 'cvmfs'; readonly does: 'setup' | 'reload' | 'probe' }
  | RequestChange
  | PeopleAct
  /** Makes a running service pick up a change; always follows another change. */
  | { readonly kind: 'notify'; readonly what: 'restart' | 'reload'; readonly unit: string }
  | { readonly kind: 'notify'; readonly what: 'daemon-reload' }
  | { readonly kind: 'notify'; readonly what: 'ca-trust' }
  | RandomSeedChange
  | MessageChange
  | PhoneHomeChange
  | PowerChange
  /** A pause that spreads the load when many machines boot at once. */
  | { readonly kind: 'wait'; readonly ms: number };

/** A seed for the random number generator, so that copies of an image do not share its state. */
export interface RandomSeedChange {
  readonly kind: 'random-seed';
  readonly path: string;
  readonly data: string;
  readonly encoding: 'raw' | 'base64' | 'gzip';
}

/** The final message of a boot; variables such as $UPTIME are not yet substituted. */
export interface MessageChange {
  readonly kind: 'message';
  readonly text: string;
  readonly datasource: string;
}

/** A request that reports to a URL that the machine is ready. */
export interface PhoneHomeChange {
  readonly kind: 'phone-home';
  readonly url: string;
  /** The form fields to send. A public host key is read when the request is sent. */
  readonly fields: Readonly<Record<string, string | { readonly publicKey: string }>>;
  readonly tries: number;
}

/** A shutdown or reboot at the end of this run. */
export interface PowerChange {
  readonly kind: 'power';
  readonly mode: 'poweroff' | 'reboot' | 'halt';
  /** In the syntax of shutdown(8): "now", "+5". */
  readonly delay: string;
  readonly message?: string;
  /** A command; the change applies only if it exits with 0. */
  readonly condition?: readonly string[];
}

export interface Globs {
  readonly globs: readonly string[];
  readonly except?: readonly string[];
}

export interface FileChange extends Ownership {
  readonly kind: 'file';
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Appends the content unless the file already ends with it. */
  readonly append?: true;
}

export interface Ownership {
  readonly mode?: number | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
}

/** A file that is downloaded from a URL. */
export interface DownloadChange extends Ownership {
  readonly kind: 'download';
  readonly path: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text that a valid download contains. */
  readonly expect?: string;
  /** The content to write if the download fails. */
  readonly otherwise?: string | Uint8Array;
}

/** A list of shell items that one shell runs. */
export interface ScriptChange {
  readonly kind: 'script';
  /** The user-data key: "runcmd". */
  readonly name: string;
  readonly items: readonly string[];
  readonly shell: 'sh' | 'bash';
  readonly before?: string;
  readonly onError?: 'continue' | 'stop';
  /** The reaction to a list that was interrupted, as by a power loss: leave it, continue with the next item, or restart it. */
  readonly onInterrupt?: 'stop' | 'resume' | 'rerun';
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly output?: ShellList['output'];
}

/** One way to edit a file that other programs also write. Each syntax has its pure function in agent/edits/. */
export type Edit =
  | { readonly syntax: 'lines'; readonly drop?: string; readonly put: string }
  | { readonly syntax: 'condor'; readonly set: Readonly<Record<string, string>> }
  | { readonly syntax: 'shell'; readonly set: Readonly<Record<string, string>> }
  | FstabEdit
  | { readonly syntax: 'hosts'; readonly address: string; readonly names: readonly string[] }
  | { readonly syntax: 'sysconfig'; readonly name: string; readonly value: string; readonly where?: 'in use' }
  /** Deselects every certificate of the distribution in ca-certificates.conf(5). */
  | { readonly syntax: 'ca-certificates' }
  | { readonly syntax: 'chrony'; readonly sources: readonly string[]; readonly allow: readonly string[] }
  | { readonly syntax: 'sshd'; readonly keyword: string; readonly value: string; readonly among?: true };

/** An HTTP request that is sent once. */
export interface RequestChange {
  readonly kind: 'request';
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** A description for reports: "tells the cloud that this machine is ready". */
  readonly tells: string;
  readonly attempts?: number;
  readonly pauseMs?: number;
  /** A script that runs before each attempt; the request is sent only if it exits with 0. */
  readonly gate?: ReadyGate;
}

interface Common {
  /** An earlier change of the same item: this change applies whenever that one does. */
  readonly follows?: Change;
  /** The content is never displayed: a password hash, a private key. */
  readonly secret?: true;
}

export type Kind = Change['kind'];
export type ChangeOf<K extends Kind> = Extract<Change, { kind: K }>;

/** A part of a plan that succeeds or fails independently: one list entry, one setting. */
export interface PlanItem {
  /** The setting that requests it: "users[3]". */
  readonly at: string;
  readonly changes: readonly Change[];
  /** The commands of its script, one for each item of the change; excluded from comparison and from the ledger. */
  readonly commands?: readonly CommandInfo[];
  /** An earlier stage plans the same item: a run compares it again, and a preview does not list it twice. */
  readonly again?: boolean;
  /** Why it is deferred to the boot of the machine; undefined if it can be applied now. */
  readonly deferred?: string;
  /** Sentences for the report: what was omitted and why, what was substituted. */
  readonly notes?: readonly Note[];
  /** Lines for the console: keys and their fingerprints. */
  readonly announce?: readonly string[];
}

/** One command of a script, for reports. */
export interface CommandInfo {
  /** The path of its setting: "runcmd[1]". */
  readonly at: string;
  /** Its first line. */
  readonly line: string;
  /** The source location: "user-data:12:5". */
  readonly place?: string;
}

export interface Note {
  /** An alarm also appears on the console and in `status`: access to the machine differs from the user-data. */
  readonly level: 'note' | 'warning' | 'alarm';
  readonly text: string;
  /** The code that `bootagent explain` describes. */
  readonly code?: ProblemCode;
}
