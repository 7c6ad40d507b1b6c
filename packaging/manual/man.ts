import type { Command } from '../../agent/commands/command.ts';
import { manFiles } from './files.ts';

const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');

/** Returns the man page bootagent(8), generated from the table of commands. */
export function man(commands: readonly Command[], version: string): string {
  const each = commands.flatMap(({ name, takes, summary, details, options, examples = [] }) => [
    `.SS "${roff(name)}${takes ? ` ${roff(takes)}` : ''}"`,
    `${roff(capital(summary))}.`,
    roff(details),
    ...options.flatMap((option) => [
      '.TP',
      `\\fB\\-\\-${roff(option.name)}\\fR${option.value ? ` \\fI${option.value}\\fR` : ''}`,
      `${roff(capital(option.summary))}.`,
    ]),
    ...examples.flatMap((example) => ['.PP', '.EX', roff(example), '.EE']),
  ]);
  return `${[
    `.TH BOOTAGENT 8 "" "bootagent ${version}"`,
    '.SH NAME',
    'bootagent \\- set up a virtual machine at its first boot from its metadata and user-data',
    '.SH SYNOPSIS',
    '.B bootagent',
    '\\fICOMMAND\\fR [\\fIOPTION\\fR...]',
    '.SH DESCRIPTION',
    roff(
      'At boot, bootagent reads the identity of the machine, its SSH keys and its #cloud-config user-data from the platform, and applies them: each setting becomes changes that are compared with the machine, applied if they are due, and checked again. "bootagent plan" shows the changes without applying them.',
    ),
    '.SH COMMANDS',
    ...each,
    '.SH EXIT STATUS',
    ...statuses.flatMap(([code, means]) => ['.TP', code, roff(means)]),
    '.SH FILES',
    ...manFiles.flatMap(([path, means]) => ['.TP', `.I ${roff(path)}`, roff(means)]),
  ].join('\n')}\n`;
}

const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;

const statuses = [
  ['0', 'Done, or nothing was due.'],
  ['1', 'Failed: the machine does not match its configuration.'],
  ['2', 'Done, with problems that need a look.'],
  ['3', 'Disabled, or nothing has run.'],
  ['4', 'Bad invocation or invalid input; nothing was touched.'],
  ['10', 'Changes are due (run --dry-run --detailed-exitcode).'],
  ['75', 'Another run is at work.'],
  ['124', 'The time given with --timeout is over.'],
] as const;
