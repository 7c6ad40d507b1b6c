import { fingerprintLine } from './key-fingerprint.ts';
import { readKeyLine } from './key-line.ts';

const rule = '*****************';

/** For the console: who may come in by which keys, so that a console log alone answers it. */
export const keysBanner = (user: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [rule, `AUTHORIZED KEYS of ${user}`, rule, ...lines.map(shown), rule];

function shown(line: string): string {
  const read = readKeyLine(line);
  // A comment is somebody else's text on its way to a terminal.
  return typeof read === 'string'
    ? 'a line that is no key'
    : fingerprintLine(read.key, read.comment).replace(/[^ -~]/g, '?');
}
