/**
 * What can go wrong, as a closed list. `bootagent explain CODE` and docs/problems.md are made from it:
 * what the code means, and what to do about it.
 */
export const problemCodes = {
  'bad-invocation': {
    means: 'The command line asks for something bootagent does not have: a command, an option, a module or a stage.',
    mend: '"bootagent COMMAND --help" says what there is.',
  },
  'bad-input': {
    means: 'A file or folder named on the command line is missing, unreadable or of the wrong sort.',
    mend: 'Check the path in the message.',
  },
  'bad-config': {
    means: 'A configuration file of the image cannot be read as YAML, or is no mapping.',
    mend: 'Correct the line in the message; "bootagent config" shows what is read from where.',
  },
  'bad-user-data': {
    means: 'The user-data, or a part of it, cannot be read.',
    mend: 'Correct the line in the message and try it with "bootagent validate FILE".',
  },
  unsigned: {
    means:
      'The image takes only user-data that one of its signers signed (require_signature), and this has no valid signature. Nothing of it was used.',
    mend: 'Sign the very text that the machine is given: docs/security.md has the recipe.',
  },
  'refused-by-image': {
    means: 'The image limits what user-data may use (user_data: {only: [...]}), and this is not on its list.',
    mend: 'Leave it out, or add it to the list in the configuration of the image.',
  },
  'bad-settings': {
    means: 'A setting has a value that its key does not take. Only the list item or entry it stands in is left out.',
    mend: 'Correct the line in the message; docs/modules.md lists what each key takes.',
  },
  'needs-root': {
    means: 'Only root may change this machine.',
    mend: 'Use sudo, look first with "bootagent plan", or work in a folder with --root DIR.',
  },
  'in-service': {
    means: 'This machine is at work for somebody, and sealing it would make it forget who it is.',
    mend: 'Seal a copy of it, or its image with --root DIR; "--force" seals it all the same.',
  },
  locked: {
    means: 'Another bootagent run is at work on this machine.',
    mend: 'Wait for it with "bootagent status --wait", then try again.',
  },
  disabled: {
    means:
      'bootagent was told not to run here: by /etc/bootagent/disabled, or by bootagent=off or cloud-init=disabled on the kernel command line.',
    mend: 'Remove the file or the word; a person may also use "bootagent run --force".',
  },
  'command-failed': {
    means: 'A program that bootagent started ended with an error. Its last words are told with it.',
    mend: 'Run the same command by hand; the journal has the rest of what it said.',
  },
  'command-missing': {
    means: 'A program that this change needs is not installed.',
    mend: 'Install the package that holds it in the image.',
  },
  'not-installed': {
    means: 'What was asked is about a program or a service that is not installed here. Nothing was written for it.',
    mend: 'Add the package that brings it to "packages", or to the image.',
  },
  'command-timeout': {
    means: 'A program did not end within its time and was stopped with all it had started.',
    mend: 'Run the same command by hand and see what it waits for.',
  },
  'file-failed': {
    means: 'A file could not be read or written: a full or read-only disk, a missing right. The old file is intact.',
    mend: 'Remove the cause that the message names, then "bootagent run --retry-failed".',
  },
  'unsafe-path': {
    means: 'A path leads out of the root or of a home through a symbolic link, and was not followed.',
    mend: 'Remove the link named in the message if you did not expect it.',
  },
  'not-converged': {
    means: 'The change was made without an error, and yet the machine is not as asked.',
    mend: 'Something else may be changing the same thing; look at the journal just before this line.',
  },
  'not-possible': {
    means: 'What was asked cannot be done on this machine, for the reason in the message.',
    mend: 'Change the setting, or the machine; nothing was touched.',
  },
  'datasource-unreachable': {
    means: 'No source of metadata answered, or it answered with an error for too long.',
    mend: 'See "bootagent detect"; name the source with "datasource_list" in /etc/bootagent/bootagent.yaml.',
  },
  'bad-metadata': {
    means: 'A source of metadata answered with something that is no metadata.',
    mend: 'Ask the URL in the message by hand; a captive portal or a proxy may be in the way.',
  },
  'state-damaged': {
    means: 'What bootagent remembers in /var/lib/bootagent could not be read in full.',
    mend: 'Nothing that is not repeatable is done again; "bootagent run --force" goes through everything.',
  },
  'state-newer': {
    means:
      'What bootagent remembers in /var/lib/bootagent was written by a later version of it, and cannot be read by this one.',
    mend: 'Install the later version again; what it wrote is kept beside the journal as journal-N.ndjson. Until then nothing that is not repeatable is done again.',
  },
  interrupted: {
    means: 'A list of scripts was cut off by a power loss or a crash. Scripts are not repeated by themselves.',
    mend: 'Look at what the item in the message had done, then "bootagent run --force --only MODULE", or set on_interrupt.',
  },
  'home-unreachable': {
    means: 'The URL of phone_home did not take the report that the machine is ready, however often it was tried.',
    mend: 'Ask the URL in the message from this machine; "bootagent run --retry-failed" tries again.',
  },
  'script-failed': {
    means: 'An item of a list of scripts ended with an error.',
    mend: 'Its output is in the log that the message names (readable by root).',
  },
  'unknown-key': {
    means: 'A key that neither bootagent nor cloud-init knows: nothing would be done for it.',
    mend: 'Take the key that the message suggests, or one from docs/modules.md.',
  },
  'duplicate-key': {
    means: 'A key stands twice in one mapping. As ever in cloud-config, the last one counts.',
    mend: 'Keep one of the two.',
  },
  'not-done': {
    means: 'Something that cloud-init does and bootagent does not. It is passed over, and said each time.',
    mend: 'Leave it out, or do it with "runcmd" or in the image.',
  },
  'not-looked-at': {
    means: 'A part of the user-data that only the machine itself can fetch was not looked at.',
    mend: 'Fetch it and validate it by itself.',
  },
  placeholder: {
    means: 'A placeholder such as <MY_HTTP_PROXY> is still to be filled in.',
    mend: 'Put the value in its place.',
  },
  bashism: {
    means: 'A script says that it is for /bin/sh and uses words that only bash has.',
    mend: 'Write "#!/bin/bash" as its first line.',
  },
  'no-login': {
    means: 'Of the users that are asked for, none could log in.',
    mend: 'Add "default" to "users", or give one of them "ssh_authorized_keys".',
  },
  'old-tool': {
    means:
      'A command of older systems that guests of today lack. bootagent puts what took its place there, and says so.',
    mend: 'Write what took its place: systemctl, ip.',
  },
  unexpected: {
    means: 'A fault in bootagent itself.',
    mend: 'Please report it with the output of "bootagent status --format json".',
  },
} as const satisfies Record<string, { readonly means: string; readonly mend: string }>;

export type ProblemCode = keyof typeof problemCodes;

/** An error a person can act on: what was wrong, and what to try. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly hint: string;
  /** What a program said last. Kept apart from the message, which everybody may read. */
  readonly stderrTail: string | undefined;
  /** Where exactly it was asked for, if what failed is a part of its item. */
  readonly at: string | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    options: { hint?: string; cause?: unknown; stderrTail?: string; at?: string | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.hint = options.hint ?? problemCodes[code].mend;
    this.stderrTail = options.stderrTail || undefined;
    this.at = options.at;
  }
}

/** Whether a problem costs no more than the item it stands in; any other is a failure. */
export const isNonFatal = (code: string): boolean =>
  ['script-failed', 'interrupted', 'bad-settings', 'home-unreachable', 'not-installed'].includes(code);

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem('unexpected', error instanceof Error ? error.message : String(error), { cause: error });
}
