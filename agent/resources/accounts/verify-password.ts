import { Problem } from '../../base/problem.ts';
import type { ReadHost } from '../../host/host.ts';
import { lineOf } from '../../host/passwd.ts';
import { isPassword } from './crypt.ts';

export const shadowOf = async (user: string, host: ReadHost): Promise<readonly string[]> =>
  (await lineOf('/etc/shadow', user, host)) ?? [];

/** A hash as the C libraries write it: `$6$...`, `$y$...`, or the 13 characters of DES, after an optional lock ("!"). */
const hash = /^!?(\$[\w-]+\$[^:\s]+|[\w./]{13})$/;

/**
 * Throws if chpasswd exited with 0 without setting the password, as it does when SELinux or PAM withholds its input.
 * A hash of a type that cannot be computed here (yescrypt) must at least differ from the previous one.
 */
export async function verifyPassword(
  user: string,
  password: string,
  before: string | undefined,
  host: ReadHost,
): Promise<void> {
  const [, after = ''] = await shadowOf(user, host);
  const isSet = hash.test(after) && after !== before && isPassword(password, after.replace(/^!/, '')) !== false;
  if (isSet) return;
  throw new Problem('command-failed', `chpasswd ended with 0, but the password of ${user} in /etc/shadow is not set`, {
    hint: 'Look for its denials: ausearch -m avc -c chpasswd',
  });
}
