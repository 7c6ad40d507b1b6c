import type { Command } from './command.ts';

const codes = `Exit codes: 0 done or nothing due, 1 failed, 2 done with problems, 3 disabled or not run,
4 bad invocation or input, 10 changes are due (--detailed-exitcode), 75 locked, 124 timed out.
On a terminal the output has colours; NO_COLOR=1 or TERM=dumb turn them off, FORCE_COLOR=1 on for a pipe.`;

/** Returns the help of the whole command line. */
export const overview = (commands: readonly Command[]): string =>
  `bootagent: a first-boot agent for virtual machines

Usage: bootagent COMMAND [OPTION...]

${commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')}

"bootagent COMMAND --help" describes each command. "bootagent plan" shows what a run would do and changes nothing.
${codes}
`;

/** Returns the help of one command. */
export function helpOf({ name, takes, summary, details, options, examples = [] }: Command): string {
  const rows = options.map(
    (option) => `  ${`--${option.name}${option.value ? ` ${option.value}` : ''}`.padEnd(22)} ${option.summary}`,
  );
  return [
    `Usage: bootagent ${name}${takes ? ` ${takes}` : ''} [OPTION...]`,
    '',
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    details,
    '',
    ...rows,
    ...(examples.length > 0 ? ['', 'Examples:', ...examples.map((each) => `  ${each}`)] : []),
    '',
  ].join('\n');
}
