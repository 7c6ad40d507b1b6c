import type { ProblemCode } from '../base/problem.ts';
import type { PeopleAct, PeopleState } from './kinds/accounts.ts';
import type { FstabEdit, StorageChange } from './kinds/storage.ts';

/**
 * The vocabulary of change: everything bootagent can do to a machine.
 *
 * A change says what must hold, not how to bring it about. It names things (a user, a mount point)
 * where the value (a uid, a size) is known only once earlier changes are made. It is plain data, so
 * one plan can be printed, kept, compared, applied and verified.
 *
 * Most kinds are states, which can be compared with the machine. The few that cannot be (a script, a
 * message sent) are acts: they are done once, and that they were done is remembered.
 */
export type Change = Common & (StateChange | ActChange);

export type StateChange =
  | FileChange
  | StorageChange
  | PeopleState
  | { readonly kind: 'edit'; readonly path: string; readonly edit: Edit; readonly mode?: number }
  | ({ readonly kind: 'directory'; readonly path: string } & Ownership)
  | { readonly kind: 'absent'; readonly path: string }
  /** Nothing at any path that matches; `except` are paths (with all below them) that stay. */
  | ({ readonly kind: 'removed' } & Globs)
  | ({ readonly kind: 'emptied' } & Globs)
  /** No line that begins with a match of `lines`, a regular expression. */
  | ({ readonly kind: 'without-lines'; readonly lines: string } & Globs)
  | { readonly kind: 'removed-user'; readonly name: string; readonly except?: readonly string[] }
  | { readonly kind: 'removed-swap'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** Where there is no manager that we know, that is told when they are looked for. */
  | {
      readonly kind: 'packages';
      readonly manager: 'dnf' | 'yum' | 'apt' | 'zypper' | 'none';
      readonly names: readonly string[];
      /** Where each was asked for, by its name: "packages[3]". */
      readonly asked?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'selinux'; readonly mode: 'enforcing' | 'permissive' }
  /** A file of repositories for dnf and yum. */
  | { readonly kind: 'repository'; readonly path: string; readonly content: string }
  /** A zone of the time zone database: "Europe/Zurich". */
  | { readonly kind: 'timezone'; readonly zone: string }
  /** That programs know this locale. */
  | { readonly kind: 'locale'; readonly name: string }
  | { readonly kind: 'service'; readonly unit: string; readonly boot: 'enabled' | 'disabled' | 'masked' | 'unmasked' }
  | { readonly kind: 'running'; readonly unit: string; readonly is: 'started' | 'stopped' };

export type ActChange =
  | ScriptChange
  | DownloadChange
  | { readonly kind: 'rpm-key'; readonly path: string }
  | { readonly kind: 'package-files'; readonly manager: 'dnf' | 'yum' | 'apt'; readonly names: readonly string[] }
  | {
      readonly kind: 'package-upkeep';
      readonly manager: 'dnf' | 'yum' | 'apt';
      readonly does: 'refresh' | 'upgrade';
    }
  /** `kernel` is the one that runs. */
  | { readonly kind: 'reboot-if-required'; readonly kernel: string }
  | { readonly kind: 'cvmfs'; readonly does: 'setup' | 'reload' | 'probe' }
  | RequestChange
  | PeopleAct
  /** Makes something that runs already take note: only ever follows another change. */
  | { readonly kind: 'notify'; readonly what: 'restart' | 'reload'; readonly unit: string }
  | { readonly kind: 'notify'; readonly what: 'daemon-reload' }
  | { readonly kind: 'notify'; readonly what: 'ca-trust' }
  | RandomSeedChange
  | MessageChange
  | PhoneHomeChange
  | PowerChange
  /** Lets a time go by, so that a fleet does not do the same thing at once. */
  | { readonly kind: 'wait'; readonly ms: number };

/** What makes the kernel's random numbers less like those of other copies of the image. */
export interface RandomSeedChange {
  readonly kind: 'random-seed';
  readonly path: string;
  readonly data: string;
  readonly encoding: 'raw' | 'base64' | 'gzip';
}

/** The last words of a boot, with $UPTIME and the like still to be put in. */
export interface MessageChange {
  readonly kind: 'message';
  readonly text: string;
  readonly datasource: string;
}

/** Tells a URL that the machine is ready. */
export interface PhoneHomeChange {
  readonly kind: 'phone-home';
  readonly url: string;
  /** What is told; a public host key is read when the time has come. */
  readonly fields: Readonly<Record<string, string | { readonly publicKey: string }>>;
  readonly tries: number;
}

/** Ends the work of the machine, or begins it anew, once this run is over. */
export interface PowerChange {
  readonly kind: 'power';
  readonly mode: 'poweroff' | 'reboot' | 'halt';
  /** In shutdown's words: "now", "+5". */
  readonly delay: string;
  readonly message?: string;
  /** A command that must end well, or nothing is done. */
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
  /** Puts the content behind what is there, unless the file ends in it already. */
  readonly append?: true;
}

export interface Ownership {
  readonly mode?: number | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
}

/** A file that is fetched from elsewhere. */
export interface DownloadChange extends Ownership {
  readonly kind: 'download';
  readonly path: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text that must be in it for it to be the right thing. */
  readonly expect?: string;
  /** What to write where it cannot be had. */
  readonly otherwise?: string | Uint8Array;
}

/** A list of shell items, run by one shell. */
export interface ScriptChange {
  readonly kind: 'script';
  /** The key it came from: "runcmd". */
  readonly name: string;
  readonly items: readonly string[];
  readonly shell: 'sh' | 'bash';
  readonly before?: string;
  readonly onError?: 'continue' | 'stop';
  /** What to do with a list that a power loss cut: leave it, go on with the next item, or begin again. */
  readonly onInterrupt?: 'stop' | 'resume' | 'rerun';
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** One way of editing a file that others write in too. Each syntax has its pure function in agent/edits/. */
export type Edit =
  | { readonly syntax: 'lines'; readonly drop?: string; readonly put: string }
  | { readonly syntax: 'condor'; readonly set: Readonly<Record<string, string>> }
  | { readonly syntax: 'shell'; readonly set: Readonly<Record<string, string>> }
  | FstabEdit
  | { readonly syntax: 'hosts'; readonly address: string; readonly names: readonly string[] }
  | { readonly syntax: 'sysconfig'; readonly name: string; readonly value: string; readonly where?: 'in use' }
  | { readonly syntax: 'chrony'; readonly sources: readonly string[]; readonly allow: readonly string[] }
  | { readonly syntax: 'sshd'; readonly keyword: string; readonly value: string; readonly among?: true };

/** Tells somebody elsewhere something, once. */
export interface RequestChange {
  readonly kind: 'request';
  readonly method: 'PUT' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What this means to people: "tells the cloud that this machine is ready". */
  readonly tells: string;
  readonly attempts?: number;
  readonly pauseMs?: number;
}

interface Common {
  /** An earlier change of the same item: when that one is made, so is this one. */
  readonly follows?: Change;
  /** Its content is never shown: a password hash, a private key. */
  readonly secret?: true;
}

export type Kind = Change['kind'];
export type ChangeOf<K extends Kind> = Extract<Change, { kind: K }>;

/** A piece of a plan that stands or falls by itself: one entry of a list, one setting. */
export interface PlanItem {
  /** Where it was asked for: "users[3]". */
  readonly at: string;
  readonly changes: readonly Change[];
  /** The commands of its script, one for each item of the change; not part of what is compared and recorded. */
  readonly commands?: readonly CommandInfo[];
  /** An earlier stage plans the same: a run compares it once more, and a preview does not list it twice. */
  readonly again?: boolean;
  /** Why it is left to the boot of the machine; undefined where it can be done now. */
  readonly deferred?: string;
  /** What people should know about it, as sentences: what was left out and why, what was put in its place. */
  readonly notes?: readonly Note[];
  /** Lines for whoever stands before the console: keys and their fingerprints. */
  readonly announce?: readonly string[];
}

/** One command of a script, for people. */
export interface CommandInfo {
  /** Where the configuration has it: "runcmd[1]". */
  readonly at: string;
  /** Its first line. */
  readonly line: string;
  /** Where it is written: "user-data:12:5". */
  readonly place?: string;
}

export interface Note {
  /** An alarm is told on the console and by `status` too: who may come in is not what was asked. */
  readonly level: 'note' | 'warning' | 'alarm';
  readonly text: string;
  /** Where `bootagent explain` has more to say. */
  readonly code?: ProblemCode;
}
