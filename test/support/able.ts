import { existsSync } from 'node:fs';

const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Returns the value of `skip` for a test that needs root and these programs. In CI a missing program is an error: the test could
 * run nowhere. Without root it is skipped: `npm run test:user` runs the same files as another user.
 */
export function unable(...programs: readonly string[]): string | false {
  const lacking = programs.find((each) => !folders.some((folder) => existsSync(`${folder}/${each}`)));
  if (lacking && process.env.CI) throw new Error(`cannot run in CI: ${lacking} is not installed`);
  if (process.getuid?.() !== 0) return 'not root';
  return lacking === undefined ? false : `${lacking} is not installed`;
}
