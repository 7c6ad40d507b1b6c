import { fingerprintLine } from './key-fingerprint.ts';
import { readKeyLine } from './key-line.ts';

const rule = '*****************';

/** Returns the lines that list on the console which keys can log in as a user, so that the console log shows it. */
export const keysBanner = (user: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [rule, `AUTHORIZED KEYS of ${user}`, rule, ...lines.map(shown), rule];

function shown(line: string): string {
  const read = readKeyLine(line);
  // The comment of a key is untrusted text, and the console is a terminal.
  return typeof read === 'string'
    ? 'a line that is not a key'
    : fingerprintLine(read.key, read.comment).replace(/[^ -~]/g, '?');
}
