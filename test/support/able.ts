import { existsSync } from 'node:fs';

const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Returns the value of `skip` for a test that needs root and these programs. In CI it throws: a test that cannot run fails there.
 */
export function unable(...programs: readonly string[]): string | false {
  const lacking = programs.find((each) => !folders.some((folder) => existsSync(`${folder}/${each}`)));
  const lacks = process.getuid?.() !== 0 ? 'not root' : lacking && `${lacking} is not installed`;
  if (lacks && process.env.CI) throw new Error(`cannot run in CI: ${lacks}`);
  return lacks ?? false;
}
