import assert from 'node:assert/strict';
import { type Boot, linesOf } from './boot.ts';

/** Returns the secret as a pattern for grep that does not match itself. */
export const patternOf = (secret: string): string =>
  `${secret.slice(0, -1).replace(/[^\w-]/g, '\\$&')}[${secret.slice(-1)}]`;

/** Returns the probe commands that find the places of a secret. */
export const secretProbe = (secret: string) => ({
  // The files that contain the secret, with their modes and owners.
  leaks: `grep -rlE --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev --exclude-dir=probe '${patternOf(secret)}' / 2>/dev/null | xargs -r stat --format='%a %U %n'`,
  journalled: `journalctl --no-pager --output=verbose | grep -cE '${patternOf(secret)}'`,
});

/** Asserts that only root can read the files with a secret, given as output of stat, and that `files` are among them. */
export function onlyRootReads(stat: string, files: readonly string[]): void {
  const lines = linesOf(stat);
  // An empty search would prove nothing: it must find the secret in the files that have to contain it.
  for (const file of files) {
    assert.ok(
      lines.some((line) => line.endsWith(` ${file}`)),
      `${file} is not among the files that hold the secret: ${lines.join('; ')}`,
    );
  }
  for (const line of lines) assert.match(line, /^[0-7]?[0-7]00 root /, `others can read the secret: ${line}`);
}

/** Asserts that a boot disclosed a secret nowhere; `files` are the files that do contain it. */
export function bootKeptSecret(boot: Pick<Boot, 'read' | 'console'>, secret: string, files: readonly string[]): void {
  onlyRootReads(boot.read('leaks'), files);
  assert.equal(boot.read('journalled').trim(), '0', 'the secret stands in the journal');
  assert.ok(!boot.read('status').includes(secret), 'the secret stands in the status');
  assert.ok(!boot.console.includes(secret), 'the secret came over the console');
}
