import { Problem } from '../../base/problem.ts';
import type { ActHandler, Due, LedgerEntry } from '../../engine/handler.ts';
import { hashOf } from '../../engine/hash.ts';
import type { SubscriptionChange, SubscriptionStep } from '../../engine/kinds/subscription.ts';
import type { Host } from '../../host/host.ts';
import { requireSubscriptionManager, runSubscriptionManager, runWithSecrets } from './subscription-manager.ts';

/** Registers the machine at Red Hat or a Satellite, and selects its subscriptions and repositories. */
export const subscriptionHandler: ActHandler<SubscriptionChange> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ does }) => does,
  intent: (change) => intents[change.does],

  /** Repeats a step whose settings differ from those with which it last succeeded. */
  due(change, earlier): Due {
    if (earlier.findLast(({ is }) => is === 'ended')?.ok !== true) return 'due';
    const last = earlier.findLast(isSettings);
    return last === undefined || last.of === settingsHash(change) ? 'done' : 'due';
  },

  refuse: (_, host) => requireSubscriptionManager(host),

  async perform(change, host, { earlier, write }) {
    const of = settingsHash(change);
    await write({ is: 'settings', of });
    const isRegistered = await identity(host);
    if (change.does !== 'register') {
      if (!isRegistered) throw notRegistered(change.does);
      return step(change, host);
    }
    const hasNewSettings = earlier.some((entry) => isSettings(entry) && entry.of !== of);
    if (isRegistered && !hasNewSettings) return 'already registered; the registration is unchanged';
    await register(change, isRegistered, host);
    return undefined;
  },
};

const intents: { readonly [K in SubscriptionStep['does']]: string } = {
  register: 'registers with subscription-manager',
  'auto-attach': 'attaches the subscriptions that suit the machine',
  'add-pool': 'attaches pools',
  repos: 'enables and disables repositories',
  release: 'sets the release',
};

const settingsHash = (change: SubscriptionChange): string => hashOf(change);
const isSettings = ({ is }: LedgerEntry): boolean => is === 'settings';

/** Whether the machine is registered. The exit code 1 means that it is not; others are faults. */
const identity = async (host: Host): Promise<boolean> =>
  (await runSubscriptionManager(['identity'], host, [0, 1])).code === 0;

const notRegistered = (does: string): Problem =>
  new Problem('not-possible', `The machine is not registered, so ${does} is not possible`, {
    hint: 'Correct the registration in rh_subscription, then run "bootagent run --retry-failed".',
  });

type Step<K extends SubscriptionStep['does']> = Extract<SubscriptionStep, { does: K }>;

async function register({ account, server, baseUrl }: Step<'register'>, again: boolean, host: Host): Promise<void> {
  const byKey = 'activationKey' in account;
  const options = {
    ...(byKey ? { activationkey: account.activationKey } : { username: account.username, password: account.password }),
    org: account.org,
    baseurl: baseUrl,
    serverurl: server,
  };
  const args = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  const secrets = [byKey ? account.activationKey : account.password];
  await runWithSecrets(['register', ...args, ...(again ? ['--force'] : [])], secrets, host);
}

async function step(change: Exclude<SubscriptionStep, { does: 'register' }>, host: Host): Promise<string | undefined> {
  if (change.does === 'add-pool') return addPools(change.pools, host);
  await runSubscriptionManager(argumentsOf(change), host);
  return undefined;
}

function argumentsOf(change: Step<'auto-attach' | 'repos' | 'release'>): readonly string[] {
  if (change.does === 'release') return ['release', `--set=${change.release}`];
  if (change.does === 'auto-attach') {
    return [
      'attach',
      '--auto',
      ...(change.serviceLevel === undefined ? [] : [`--servicelevel=${change.serviceLevel}`]),
    ];
  }
  return ['repos', ...change.disable.map((id) => `--disable=${id}`), ...change.enable.map((id) => `--enable=${id}`)];
}

/** Attaches pools; one that is attached already would be an error. */
async function addPools(pools: readonly string[], host: Host): Promise<string | undefined> {
  const { stdout } = await runSubscriptionManager(['list', '--consumed', '--pool-only'], host);
  const attached = new Set(stdout.split(/\s+/));
  const left = pools.filter((pool) => !attached.has(pool));
  if (left.length === 0) return 'already attached';
  await runSubscriptionManager(['attach', ...left.map((pool) => `--pool=${pool}`)], host);
  return undefined;
}
