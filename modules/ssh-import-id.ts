import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { flag, matching, object, optional, withDefault } from '../agent/userdata/schema/decode.ts';
import { keyRecipient } from './accounts/key-recipient.ts';
import { loginFacts, resolveUsers } from './accounts/resolve-users.ts';
import { peopleReads } from './accounts/settings.ts';
import { alone, eachOfOthers } from './shared/lenient-fields.ts';

/** Keys that are fetched without TLS could be anybody's. */
const server = matching(/^https:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/, 'an address that begins with https://');

const servers = object({
  gh: withDefault('https://github.com', server),
  lp: withDefault('https://launchpad.net', server),
});

const { ssh_import_id: imports, ...people } = peopleReads;
const reads = {
  ...eachOfOthers({ ...people, disable_root: optional(flag) }),
  ssh_import_id: alone(imports),
  ssh_import_servers: alone(optional(servers)),
};

/** Public keys that users publish at GitHub (gh:) and Launchpad (lp:). */
export const sshImportId = defineModule({
  name: 'ssh_import_id',
  summary: 'Public keys that users publish at GitHub (gh:NAME) or Launchpad (lp:NAME), fetched by https.',
  every: 'instance',
  reads,
  assumes: loginFacts,
  merges: true,

  plan({ ssh_import_servers, ...settings }, context): readonly PlanItem[] {
    const own = settings.ssh_import_id ?? [];
    const named = resolveUsers(settings, context);
    const to = own.length === 0 ? [] : keyRecipient(settings, named, context).users;
    const from = { gh: 'https://github.com', lp: 'https://launchpad.net', ...ssh_import_servers };
    const item = (at: string, user: string, id: string): PlanItem => ({
      at,
      changes: [{ kind: 'imported-keys', user, ...sourceOf(id, from) }],
    });
    return [
      ...to.flatMap((user) => own.map((id, index) => item(`ssh_import_id[${index}]`, user, id))),
      ...named.flatMap(({ at, name, account }) =>
        (account.ssh_import_id ?? []).map((id, index) => item(`${at}.ssh_import_id[${index}]`, name, id)),
      ),
    ];
  },
});

/** Returns where an account publishes its keys. Without a prefix it is one of Launchpad. */
function sourceOf(
  id: string,
  from: Readonly<Record<'gh' | 'lp', string>>,
): { readonly id: string; readonly url: string } {
  const [, service = 'lp', name = id] = /^(?:(gh|lp):)?(.*)$/.exec(id) ?? [];
  const base = from[service === 'gh' ? 'gh' : 'lp'].replace(/\/+$/, '');
  const url = service === 'gh' ? `${base}/${name}.keys` : `${base}/~${name}/+sshkeys`;
  return { id: `${service}:${name}`, url };
}
