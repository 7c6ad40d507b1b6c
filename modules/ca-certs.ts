import type { Change, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import type { Facts } from '../agent/facts/facts.ts';
import { flag, items, matching, object, optional, renamed, withDefault } from '../agent/userdata/schema/decode.ts';

const certificate = matching(
  /^\s*(?:-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\w+/=\s-]+-----END (?:TRUSTED )?CERTIFICATE-----\s*)+$/,
  'a certificate in PEM',
);

const settings = object({
  trusted: withDefault([], items(certificate)),
  remove_defaults: withDefault(false, flag),
  'remove-defaults': renamed('remove_defaults'),
});

const reads = { ca_certs: optional(settings), 'ca-certs': renamed('ca_certs') };

/** Certificate authorities that this machine trusts in addition to those of the distribution. */
export const caCerts = defineModule({
  name: 'ca_certs',
  summary: 'Authorities that this machine trusts besides those of its system.',
  every: 'instance',
  reads,

  plan({ ca_certs: asked }, { facts }): readonly PlanItem[] {
    if (!asked) return [];
    const folder =
      facts.os.family === 'debian' ? '/usr/local/share/ca-certificates' : '/etc/pki/ca-trust/source/anchors';
    const trusted = asked.trusted.map(({ at, value }, index): PlanItem => {
      const path = `${folder}/bootagent-ca-cert-${index + 1}.crt`;
      const file: Change = { kind: 'file', path, content: `${value.trim()}\n`, mode: 0o644 };
      return { at, changes: [file, { kind: 'notify', what: 'ca-trust', follows: file }] };
    });
    return asked.remove_defaults ? [removal(facts), ...trusted] : trusted;
  },
});

/** Only the given authorities stay trusted. On Debian an update of the package does not select others again. */
function removal({ os }: Facts): PlanItem {
  const at = 'ca_certs.remove_defaults';
  const debian: Change = { kind: 'edit', path: '/etc/ca-certificates.conf', edit: { syntax: 'ca-certificates' } };
  const redhat: Change = {
    kind: 'removed',
    globs: [
      '/usr/share/pki/ca-trust-source/*.p11-kit',
      '/usr/share/pki/ca-trust-source/anchors/*',
      '/etc/pki/ca-trust/source/*.p11-kit',
    ],
  };
  const change = os.family === 'debian' ? debian : redhat;
  const selections = 'ca-certificates ca-certificates/trust_new_crts select no';
  const answers: readonly Change[] = os.family === 'debian' ? [{ kind: 'debconf', selections }] : [];
  return { at, changes: [...answers, change, { kind: 'notify', what: 'ca-trust', follows: change }] };
}
