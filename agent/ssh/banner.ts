import { fingerprintLine } from './fingerprint.ts';
import { readKeyLine } from './key-line.ts';

const rule = '*****************';

/** For the console: who may come in by which keys, so that a console log alone answers it. */
export const keysBanner = (user: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [rule, `AUTHORIZED KEYS of ${user}`, rule, ...lines.map(shown), rule];

/** For the console: what a first login is to compare the host's answer with. */
export const hostKeysBanner = (publicKeys: readonly string[]): string[] =>
  publicKeys.length === 0
    ? []
    : [
        '-----BEGIN SSH HOST KEY FINGERPRINTS-----',
        ...publicKeys.map(shown),
        '-----END SSH HOST KEY FINGERPRINTS-----',
        '-----BEGIN SSH HOST KEY KEYS-----',
        ...publicKeys.map((line) => line.trim()),
        '-----END SSH HOST KEY KEYS-----',
      ];

function shown(line: string): string {
  const read = readKeyLine(line);
  // A comment is somebody else's text on its way to a terminal.
  return typeof read === 'string'
    ? 'a line that is no key'
    : fingerprintLine(read.key, read.comment).replace(/[^ -~]/g, '?');
}
