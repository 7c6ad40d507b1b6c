import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlanItem } from '../../agent/engine/change.ts';
import { schedule } from '../../modules/index.ts';
import { rhSubscription } from '../../modules/rh-subscription.ts';
import { laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

const whole = `rh_subscription:
  activation_key: key-1234
  org: 12345
  auto_attach: true
  service_level: self-support
  add_pool: [1a1a, 2b2b]
  enable_repo: [repo-a]
  disable_repo: [repo-b, "repo-c*"]
  rhsm_baseurl: http://satellite.example.org/pulp
  server_hostname: satellite.example.org
  release_version: 9.4
`;

const steps = (items: readonly PlanItem[]) =>
  items.flatMap(({ at, changes }) => changes.map((change) => ({ at, ...change })));

describe('rh_subscription', () => {
  test('registers with an activation key, then selects release, subscriptions and repositories', () => {
    const kind = 'subscription';
    assert.deepEqual(steps(plan(rhSubscription, whole)), [
      {
        at: 'rh_subscription',
        kind,
        does: 'register',
        account: { activationKey: 'key-1234', org: '12345' },
        server: 'satellite.example.org',
        baseUrl: 'http://satellite.example.org/pulp',
        secret: true,
      },
      { at: 'rh_subscription.release_version', kind, does: 'release', release: '9.4' },
      { at: 'rh_subscription.auto_attach', kind, does: 'auto-attach', serviceLevel: 'self-support' },
      { at: 'rh_subscription.add_pool', kind, does: 'add-pool', pools: ['1a1a', '2b2b'] },
      { at: 'rh_subscription.enable_repo', kind, does: 'repos', enable: ['repo-a'], disable: ['repo-b', 'repo-c*'] },
    ]);
  });

  test('registers with an account', () =>
    assert.deepEqual(steps(plan(rhSubscription, 'rh_subscription: {username: joe@example.org, password: "12 34"}')), [
      {
        at: 'rh_subscription',
        kind: 'subscription',
        does: 'register',
        account: { username: 'joe@example.org', password: '12 34' },
        secret: true,
      },
    ]));

  test('keeps the password and the activation key secret', () => {
    assert.deepEqual(planned(rhSubscription, whole).secrets, ['key-1234']);
    const { secrets } = planned(rhSubscription, 'rh_subscription: {username: a, password: pass-1234}');
    assert.deepEqual(secrets, ['pass-1234']);
  });

  for (const [yaml, text] of [
    ['{username: a}', /no activation key and no password; Give "activation_key" and "org", or "username"/],
    ['{activation_key: a}', /an activation key needs its organization/],
    ['{activation_key: a, org: 1, username: b, password: c}', /username and password are ignored/],
    ['{activation_key: a, org: 1, enable_repo: ["--all"]}', /enable_repo\[0\]: expected the id of a repository/],
    ['{activation_key: a, org: 1, server_hostname: "-x"}', /server_hostname: expected a host name/],
  ] as const) {
    test(`reports ${yaml}`, () => assert.match(foundIn(rhSubscription, `rh_subscription: ${yaml}`).join(), text));
  }

  test('without an account selects for a machine that is registered already', () => {
    const [only, ...more] = plan(rhSubscription, 'rh_subscription: {add_pool: [1a1a]}');
    assert.deepEqual([only?.changes, more], [[{ kind: 'subscription', does: 'add-pool', pools: ['1a1a'] }], []]);
  });

  test('of a service level without auto_attach warns that it has no effect', () => {
    const items = plan(rhSubscription, 'rh_subscription: {activation_key: a, org: 1, service_level: b}');
    assert.match(items[1]?.notes?.[0]?.text ?? '', /no effect without "auto_attach: true"/);
  });

  test('that is not set plans nothing', () => assert.deepEqual(plan(rhSubscription, 'a: 1'), []));

  test('runs before packages and repositories', () => {
    const names = schedule.final.map(({ name }) => name);
    assert.ok(names.indexOf('rh_subscription') < names.indexOf('yum_repos'));
    assert.ok(names.indexOf('rh_subscription') < names.indexOf('packages'));
  });
});

laws('rh_subscription', plan(rhSubscription, whole), () =>
  memoryHost({
    files: { '/usr/sbin/subscription-manager': '#!/usr/bin/python3\n' },
    programs: {
      'subscription-manager': ([command]) => (command === 'list' ? '2b2b\n' : ''),
      '/usr/bin/python3': () => '',
    },
  }),
);
