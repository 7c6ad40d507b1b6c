import type { Change, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { type Decode, decoder, flag, INVALID, oneOf, optional } from '../agent/userdata/schema/decode.ts';
import { eachAlone } from './shared/lenient-fields.ts';
import { sshdChanges } from './shared/sshd-service.ts';

/** A flag, or cloud-config's "unchanged", which leaves the setting as it is. */
const passwordLogin: Decode<boolean | undefined> = decoder(
  { is: 'optional', of: { is: 'either', of: [flag.shape, oneOf('unchanged', '').shape] } },
  (written, at, findings) => {
    if (written === undefined || (written.is === 'scalar' && /^(unchanged|)$/.test(written.raw))) return undefined;
    const wanted = flag(written, at, findings);
    return wanted === INVALID ? INVALID : wanted;
  },
);

const reads = eachAlone({ disable_root: optional(flag), ssh_pwauth: passwordLogin });

/** Root and password logins over SSH. */
export const ssh = defineModule({
  name: 'ssh',
  summary: 'Whether root, and whether passwords, may come in over SSH.',
  every: 'instance',
  reads,
  assumes: ['os'],
  plan({ disable_root, ssh_pwauth: byPassword }, { facts }): PlanItem[] {
    const items: PlanItem[] = [];
    if (disable_root !== undefined) {
      const change: Change = disable_root
        ? { kind: 'sshd', keyword: 'PermitRootLogin', value: 'no' }
        : { kind: 'sshd', keyword: 'PermitRootLogin', value: 'prohibit-password', instead: 'no' };
      items.push({ at: 'disable_root', changes: sshdChanges([change], facts) });
    }
    if (byPassword !== undefined) {
      const changes: Change[] = [
        { kind: 'sshd', keyword: 'PasswordAuthentication', value: byPassword ? 'yes' : 'no' },
        // By default sshd also uses PAM, which asks for the password. An existing setting has a purpose and is kept.
        ...(byPassword
          ? []
          : [{ kind: 'sshd', keyword: 'KbdInteractiveAuthentication', value: 'no', instead: 'nothing' } as const]),
      ];
      items.push({ at: 'ssh_pwauth', changes: sshdChanges(changes, facts) });
    }
    return items;
  },
});
