import type { PlanItem } from '../agent/engine/change.ts';
import type { SubscriptionStep } from '../agent/engine/kinds/subscription.ts';
import { defineModule } from '../agent/engine/module.ts';
import {
  converted,
  flag,
  INVALID,
  items,
  matching,
  object,
  optional,
  renamed,
  secret,
  withDefault,
} from '../agent/userdata/schema/decode.ts';

const word = (what: string) => matching(/^[^\s-]\S*$/, what);
const phrase = (what: string) => matching(/^[^\s-][^\r\n]*$/, what);
const repository = withDefault([], items(word('the id of a repository such as rhel-9-for-x86_64-appstream-rpms')));

const fields = object({
  username: optional(phrase('the name of an account')),
  password: optional(secret),
  activation_key: optional(secret),
  org: optional(phrase('an organization such as 12345')),
  auto_attach: withDefault(false, flag),
  service_level: optional(phrase('a service level such as self-support')),
  add_pool: withDefault([], items(matching(/^\w+$/, 'the id of a pool'))),
  enable_repo: repository,
  disable_repo: repository,
  rhsm_baseurl: optional(matching(/^https?:\/\/\S+$/, 'an address such as https://cdn.example.org')),
  server_hostname: optional(word('a host name such as satellite.example.org')),
  release_version: optional(word('a release such as 9.4')),
  'activation-key': renamed('activation_key'),
  'auto-attach': renamed('auto_attach'),
  'service-level': renamed('service_level'),
  'add-pool': renamed('add_pool'),
  'enable-repo': renamed('enable_repo'),
  'disable-repo': renamed('disable_repo'),
  'rhsm-baseurl': renamed('rhsm_baseurl'),
  'server-hostname': renamed('server_hostname'),
});

/** Reduces the settings to one account, and refuses those that cannot register. */
const settings = converted(fields, ({ username, password, activation_key: activationKey, org, ...rest }, tell) => {
  const hint = 'Give "activation_key" and "org", or "username" and "password".';
  if (activationKey !== undefined) {
    if (username !== undefined) tell.warning('username and password are ignored: there is an activation key');
    if (org !== undefined) return { ...rest, account: { activationKey, org } };
    tell.error('an activation key needs its organization in "org"', hint);
    return INVALID;
  }
  if (username !== undefined && password !== undefined) {
    return { ...rest, account: { username, password, ...(org !== undefined && { org }) } };
  }
  if ((username ?? password) === undefined) return { ...rest, account: undefined };
  tell.error('no activation key and no password', hint);
  return INVALID;
});

const reads = { rh_subscription: optional(settings) };

/** The registration at Red Hat, before packages are installed. */
export const rhSubscription = defineModule({
  name: 'rh_subscription',
  summary: 'Registers the machine at Red Hat or a Satellite with subscription-manager, before packages are installed.',
  every: 'instance',
  reads,

  plan({ rh_subscription: asked }): readonly PlanItem[] {
    if (!asked) return [];
    const { account, server_hostname: server, rhsm_baseurl: baseUrl, release_version: release } = asked;
    const pools = asked.add_pool.map(({ value }) => value);
    const enable = asked.enable_repo.map(({ value }) => value);
    const disable = asked.disable_repo.map(({ value }) => value);
    return [
      // Without an account, the image was registered before.
      ...(account
        ? [item('', { does: 'register', account, ...(server && { server }), ...(baseUrl && { baseUrl }) })]
        : []),
      ...(release ? [item('.release_version', { does: 'release', release })] : []),
      ...autoAttach(asked.auto_attach, asked.service_level),
      ...(pools.length > 0 ? [item('.add_pool', { does: 'add-pool', pools })] : []),
      ...(enable.length + disable.length > 0
        ? [item(enable.length > 0 ? '.enable_repo' : '.disable_repo', { does: 'repos', enable, disable })]
        : []),
    ];
  },
});

const item = (under: string, step: SubscriptionStep): PlanItem => ({
  at: `rh_subscription${under}`,
  changes: [{ kind: 'subscription', ...step, ...(step.does === 'register' && { secret: true }) }],
});

function autoAttach(isAsked: boolean, serviceLevel: string | undefined): readonly PlanItem[] {
  if (isAsked) return [item('.auto_attach', { does: 'auto-attach', ...(serviceLevel && { serviceLevel }) })];
  if (serviceLevel === undefined) return [];
  const text = 'has no effect without "auto_attach: true"';
  return [{ at: 'rh_subscription.service_level', changes: [], notes: [{ level: 'warning', text }] }];
}
