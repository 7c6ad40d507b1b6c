import assert from 'node:assert/strict';
import { type Boot, linesOf } from './boot.ts';

/** The secret as a pattern for grep, which does not find itself. */
export const patternOf = (secret: string): string =>
  `${secret.slice(0, -1).replace(/[^\w-]/g, '\\$&')}[${secret.slice(-1)}]`;

/** What a probe asks to find out where a secret stands. */
export const secretProbe = (secret: string) => ({
  // Where the secret stands, and who may read it there.
  leaks: `grep -rlE --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev --exclude-dir=probe '${patternOf(secret)}' / 2>/dev/null | xargs -r stat --format='%a %U %n'`,
  journalled: `journalctl --no-pager --output=verbose | grep -cE '${patternOf(secret)}'`,
});

/** Proves of files that hold a secret, as stat tells them, that root alone may read them, and that these are among them. */
export function onlyRootReads(stat: string, files: readonly string[]): void {
  const lines = linesOf(stat);
  // A search that found nothing would prove nothing: where the secret must stand, it has to be found.
  for (const file of files) {
    assert.ok(
      lines.some((line) => line.endsWith(` ${file}`)),
      `${file} is not among the files that hold the secret: ${lines.join('; ')}`,
    );
  }
  for (const line of lines) assert.match(line, /^[0-7]?[0-7]00 root /, `others can read the secret: ${line}`);
}

/** Proves that a boot kept a secret to itself; it does stand in these files. */
export function bootKeptSecret(boot: Pick<Boot, 'read' | 'console'>, secret: string, files: readonly string[]): void {
  onlyRootReads(boot.read('leaks'), files);
  assert.equal(boot.read('journalled').trim(), '0', 'the secret stands in the journal');
  assert.ok(!boot.read('status').includes(secret), 'the secret stands in the status');
  assert.ok(!boot.console.includes(secret), 'the secret came over the console');
}
