import type { Change } from '../../agent/engine/change.ts';
import type { Facts } from '../../agent/facts/facts.ts';

/** Returns the sshd settings, each followed by a reload of sshd in case it is running. */
export const sshdChanges = (changes: readonly Change[], facts: Facts): Change[] =>
  changes.flatMap((change) => [change, reload(change, facts)]);

/** Returns a reload of sshd's settings and host keys, which has no effect if sshd is not running. */
export const reload = (follows: Change, { os }: Facts): Change => ({
  kind: 'notify',
  what: 'reload',
  unit: os.family === 'debian' ? 'ssh.service' : 'sshd.service',
  follows,
});
