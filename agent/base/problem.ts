/**
 * The closed list of problem codes. `bootagent explain CODE` and docs/problems.md are generated from it: what the code means,
 * and how to fix it.
 */
export const problemCodes = {
  'bad-invocation': {
    means: 'The command line names a command, option, module or stage that does not exist.',
    fix: 'Run "bootagent COMMAND --help" for what a command takes.',
  },
  'bad-input': {
    means: 'A file or directory named on the command line is missing, unreadable or of the wrong type.',
    fix: 'Check the path in the message.',
  },
  'bad-config': {
    means: 'A configuration file of the image is not valid YAML, or is not a mapping. The file is ignored.',
    fix: 'Correct the line in the message. "bootagent config" shows which file sets what.',
  },
  'bad-user-data': {
    means: 'The user-data, or a part of it, cannot be read. That part is ignored.',
    fix: 'Correct the line in the message, and check it with "bootagent validate FILE".',
  },
  unsigned: {
    means:
      'The image takes only user-data that one of its signers signed (require_signature), and this has no valid signature. Nothing of it was used.',
    fix: 'Sign the very text that the machine is given: docs/security.md has the recipe.',
  },
  'refused-by-image': {
    means: 'The image limits what user-data may use (user_data: {only: [...]}), and this is not on its list.',
    fix: 'Leave it out, or add it to the list in the configuration of the image.',
  },
  'bad-settings': {
    means:
      'A key has a value that it does not take. The list item or entry with that value is ignored; the rest is applied.',
    fix: 'Correct the line in the message. docs/modules.md lists what each key takes.',
  },
  'needs-root': {
    means: 'Only root may change this machine.',
    fix: 'Use sudo. "bootagent plan" and --root DIR work without root.',
  },
  'in-service': {
    means: 'This machine is in use. Sealing it would remove its identity: host keys, machine-id, state.',
    fix: 'Seal a copy of it, or its image with --root DIR. "--force" seals it all the same.',
  },
  locked: {
    means: 'Another bootagent run is in progress on this machine.',
    fix: 'Wait for it with "bootagent status --wait", then try again.',
  },
  disabled: {
    means:
      'bootagent is disabled: by /etc/bootagent/disabled, or by bootagent=off or cloud-init=disabled on the kernel command line.',
    fix: 'Remove the file or the kernel option. "bootagent run --force" runs once all the same.',
  },
  'command-failed': {
    means: 'A program that bootagent started failed. The message ends with the last line of its error output.',
    fix: 'Run the same command by hand. The journal has the rest of its output.',
  },
  'package-manager-locked': {
    means:
      'Another process held the lock of the package manager for longer than package_lock_timeout. Nothing was installed.',
    fix: 'See what the process in the message does (systemctl status PID). When it has ended: "bootagent run --retry-failed".',
  },
  'command-missing': {
    means: 'A program that this change needs is not installed.',
    fix: 'Install its package in the image.',
  },
  'not-installed': {
    means: 'The setting configures a program or service that is not installed. Nothing was written for it.',
    fix: 'Add its package to "packages", or to the image.',
  },
  'command-timeout': {
    means: 'A program exceeded its time limit. It was stopped, with all processes it had started.',
    fix: 'Run the same command by hand and see what it waits for.',
  },
  'file-failed': {
    means:
      'A file could not be read or written: disk full, read-only file system, or permission denied. An existing file is unchanged.',
    fix: 'Remove the cause that the message names, then run "bootagent run --retry-failed".',
  },
  'unsafe-path': {
    means: 'A symbolic link leads out of the root or of a home directory. It was not followed.',
    fix: 'Remove the link in the message if you do not expect it.',
  },
  'not-converged': {
    means: 'The change was applied without an error, and the machine still differs from the setting.',
    fix: 'Another program may change the same thing. Look at the journal just before this message.',
  },
  'not-possible': {
    means: 'The setting cannot be applied on this machine, for the reason in the message. Nothing was changed.',
    fix: 'Change the setting, or the machine.',
  },
  'datasource-unreachable': {
    means: 'No datasource answered, or it answered with errors until the time limit.',
    fix: 'Run "bootagent detect". Name the source with "datasource_list" in /etc/bootagent/bootagent.yaml.',
  },
  'download-failed': {
    means: 'A file could not be downloaded: its server did not answer after several attempts.',
    fix: 'Request the URL in the message from this machine (curl -v URL), then run "bootagent run --retry-failed".',
  },
  'bad-metadata': {
    means: 'A datasource answered with something that is not metadata.',
    fix: 'Request the URL in the message by hand. A captive portal or a proxy may answer in its place.',
  },
  'state-damaged': {
    means: 'The state in /var/lib/bootagent could not be read completely. Scripts that may have run are not run again.',
    fix: 'To run everything again: "bootagent run --force".',
  },
  'state-lost': {
    means:
      'There is no record of this machine, and no marker of a sealed image. It may be in service, so work that is done once (scripts, packages, files, passwords) counts as done. Users and keys are added, and host keys that an image may have brought are replaced.',
    fix: 'On a copy of an image: "bootagent reset" and reboot, and seal the image ("bootagent seal") instead of emptying /var/lib/bootagent. Where /var does not last, keep /var/lib/bootagent on a disk.',
  },
  'state-newer': {
    means:
      'The state in /var/lib/bootagent was written by a later version of bootagent. It is kept as journal-N.ndjson beside the journal. Scripts that may have run are not run again.',
    fix: 'Install the later version again.',
  },
  interrupted: {
    means: 'A list of scripts was interrupted by a power loss or a crash. Scripts are not repeated automatically.',
    fix: 'See what the item in the message has done, then run "bootagent run --force --only MODULE", or set on_interrupt.',
  },
  'phone-home-failed': {
    means: 'The URL of phone_home did not accept the report that the machine is ready, after all tries.',
    fix: 'Request the URL in the message from this machine. "bootagent run --retry-failed" tries again.',
  },
  'fetched-late': {
    means:
      'What is fetched before sshd (includes, sources of write_files) takes too long. The login does not wait for it: the last unit of the boot fetches it, and applies what depends on it.',
    fix: 'Check the server in the message. A source of "write_files" with "defer: true" is always fetched after sshd starts.',
  },
  'script-failed': {
    means: 'An item of a list of scripts failed.',
    fix: 'Its output is in the log that the message names (readable by root).',
  },
  'unknown-key': {
    means:
      'Neither bootagent nor cloud-init has this key. It is ignored, or the item with it where it may guard a secret.',
    fix: 'Use the key that the message suggests, or one from docs/modules.md.',
  },
  'duplicate-key': {
    means: 'A key occurs twice in one mapping. The last one counts.',
    fix: 'Remove one of the two.',
  },
  unsupported: {
    means: 'cloud-init supports this and bootagent does not. It is ignored, and reported at each boot.',
    fix: 'Remove it, or do it with "runcmd" or in the image.',
  },
  'plan-warning': {
    means: 'bootagent would do something else than the setting asks. "bootagent plan" reports the same.',
    fix: 'Change the setting as the message says.',
  },
  'not-checked': {
    means: 'A part of the user-data was not checked: only the machine itself can fetch it.',
    fix: 'Download it and validate it by itself.',
  },
  placeholder: {
    means: 'A placeholder such as <MY_HTTP_PROXY> was not filled in.',
    fix: 'Replace it with its value.',
  },
  bashism: {
    means: 'A script for /bin/sh uses syntax that only bash has.',
    fix: 'Write "#!/bin/bash" as its first line.',
  },
  'no-login': {
    means: 'No account of this user-data has an SSH key or a password of its own, and the default user is not listed.',
    fix: 'Add "default" to "users", or give one of them "ssh_authorized_keys".',
  },
  'legacy-command': {
    means: 'Current distributions lack this command. bootagent runs its replacement where the command is missing.',
    fix: 'Use the replacement: systemctl, ip.',
  },
  'odd-character': {
    means: 'The text has curly quotes or no-break spaces, as word processors and web pages write them.',
    fix: 'Replace them with plain quotes and spaces.',
  },
  unexpected: {
    means: 'A bug in bootagent.',
    fix: 'Report it with the output of "bootagent status --format json".',
  },
} as const satisfies Record<string, { readonly means: string; readonly fix: string }>;

/** Codes of earlier versions, which scripts and states may contain: `explain` still accepts them. */
export const formerCodes: ReadonlyMap<string, ProblemCode> = new Map(
  Object.entries({
    'not-done': 'unsupported',
    'not-looked-at': 'not-checked',
    'home-unreachable': 'phone-home-failed',
    'old-tool': 'legacy-command',
  } as const),
);

export type ProblemCode = keyof typeof problemCodes;

/** An error that a user can act on: what is wrong, and what to do. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly hint: string;
  /** The last error output of a program. Kept apart from the message, which all users may read. */
  readonly stderrTail: string | undefined;
  /** The exact setting, if only a part of the item failed. */
  readonly at: string | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    options: { hint?: string; cause?: unknown; stderrTail?: string; at?: string | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.hint = options.hint ?? problemCodes[code].fix;
    this.stderrTail = options.stderrTail || undefined;
    this.at = options.at;
  }
}

/** Returns whether a problem affects no more than its own item; any other is a failure. */
export const isNonFatal = (code: string): boolean =>
  ['script-failed', 'interrupted', 'bad-settings', 'phone-home-failed', 'not-installed'].includes(
    formerCodes.get(code) ?? code,
  );

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem('unexpected', error instanceof Error ? error.message : String(error), { cause: error });
}
