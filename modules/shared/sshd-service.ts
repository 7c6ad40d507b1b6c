import type { Change } from '../../agent/engine/change.ts';
import type { Facts } from '../../agent/facts/facts.ts';

/** Settings of sshd, and for each its being told, in case it runs already. */
export const sshdChanges = (changes: readonly Change[], facts: Facts): Change[] =>
  changes.flatMap((change) => [change, reload(change, facts)]);

/** sshd reads its settings and host keys anew, if it runs. */
export const reload = (follows: Change, { os }: Facts): Change => ({
  kind: 'notify',
  what: 'reload',
  unit: os.family === 'debian' ? 'ssh.service' : 'sshd.service',
  follows,
});
