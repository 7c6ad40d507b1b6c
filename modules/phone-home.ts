import type { PhoneHomeChange, PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import {
  either,
  integer,
  list,
  matching,
  object,
  oneOf,
  optional,
  withDefault,
} from '../agent/userdata/schema/decode.ts';
import { shareOf, spread } from './shared/spread.ts';

const names = ['pub_key_rsa', 'pub_key_ecdsa', 'pub_key_ed25519', 'instance_id', 'hostname', 'fqdn'] as const;

/** Names that can be requested, including a key type that is no longer generated and is posted as missing. */
const known = [...names, 'pub_key_dsa'] as const;

const settings = object({
  url: matching(/^https?:\/\/[^\s]+$/, 'an http or https URL'),
  post: withDefault<'all' | readonly (typeof known)[number][]>(
    'all',
    either(oneOf('all'), list(oneOf(...known)), `all, or a list of ${names.join(', ')}`),
  ),
  tries: withDefault(10, integer(1, 100)),
});

const reads = { phone_home: optional(settings), spread };

/** Posts the machine's host keys and names to a URL once it is ready. */
export const phoneHome = defineModule({
  name: 'phone_home',
  summary: 'Posts the host keys and names of this machine to a URL once it is ready.',
  every: 'instance',
  reads,

  plan({ phone_home: asked, spread }, context): readonly PlanItem[] {
    if (!asked) return [];
    const url = asked.url.replaceAll(/\$(?:INSTANCE_ID\b|\{INSTANCE_ID\})/g, () =>
      encodeURIComponent(context.instance.id),
    );
    const wanted = asked.post === 'all' ? names : asked.post;
    const fields = Object.fromEntries(wanted.map((name) => [name, fieldOf(name, context)]));
    const change: PhoneHomeChange = { kind: 'phone-home', url, fields, tries: asked.tries };
    return [{ at: 'phone_home', changes: [...shareOf(context.instance, spread), change] }];
  },
});

function fieldOf(name: (typeof known)[number], { facts, instance }: Context): PhoneHomeChange['fields'][string] {
  const [, type] = /^pub_key_(\w+)$/.exec(name) ?? [];
  if (type) return { publicKey: `/etc/ssh/ssh_host_${type}_key.pub` };
  if (name === 'instance_id') return instance.id;
  if (name === 'fqdn') return facts.hostname.includes('.') ? facts.hostname : '';
  return facts.hostname.split('.')[0] ?? '';
}
