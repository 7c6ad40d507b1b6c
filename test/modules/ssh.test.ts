import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change, PlanItem } from '../../agent/engine/change.ts';
import type { Context } from '../../agent/engine/module.ts';
import { hostKeys, lateHostKeys } from '../../modules/host-keys.ts';
import { rootLock } from '../../modules/root-lock.ts';
import { ssh } from '../../modules/ssh.ts';
import { sshKeys } from '../../modules/ssh-keys.ts';
import { users } from '../../modules/users.ts';
import { context } from '../support/facts.ts';
import { foundIn, plan, planned } from '../support/settings.ts';
import { keyOf, rsaPair } from '../support/ssh-keys.ts';

const [cloud, own] = [`${keyOf(1)} key1`, `${keyOf(2)} key2`];
const told = (...publicKeys: string[]): Context => ({
  ...context({}, { datasource: 'ec2', publicKeys }),
  newMachine: false,
});
const changesOf = (items: readonly PlanItem[]): Change[] => items.flatMap(({ changes }) => changes);
const notesOf = (items: readonly PlanItem[]): string[] =>
  items.flatMap(({ notes = [] }) => notes.map(({ text }) => text));
const given = (items: readonly PlanItem[]): string[] =>
  changesOf(items).flatMap((change) =>
    change.kind === 'authorized-keys'
      ? [`${change.user}: ${change.keys.map((key) => key.split(' ').at(-1)).join(', ')}`]
      : [],
  );

describe('the keys of the cloud and of the user-data', () => {
  for (const [claim, yaml, expected] of [
    ['go to the default user', '{}', ['rocky: key1']],
    ['go there together', `ssh_authorized_keys: ["${own}"]`, ['rocky: key1, key2']],
    ['are each given once', `ssh_authorized_keys: ["${cloud}", "${own}"]`, ['rocky: key1, key2']],
    ['go to the user named', 'user: admin', ['admin: key1']],
    ['go to root, where root is named', 'user: root', ['root: key1']],
    ['go to root too, where root is not shut out', 'disable_root: false', ['rocky: key1', 'root: key1']],
    ['go to nobody where nobody is wanted', 'users: []', []],
    ['go to nobody where others have keys of their own', `users: [{name: bob, ssh_authorized_keys: ["${own}"]}]`, []],
  ] as const) {
    test(claim, () => assert.deepEqual(given(plan(sshKeys, yaml, told(cloud))), expected));
  }

  for (const [yaml, heir] of [
    ['users: [{name: admin}]', 'admin'],
    ['users: [bob, {name: admin, sudo: "ALL=(ALL) ALL"}]', 'admin'],
    ['users: [{name: d, system: true}, {name: n, shell: /sbin/nologin}, bob]', 'bob'],
    ['users: [{name: aliprod, system: true}]', 'rocky'],
  ] as const) {
    test(`are not lost where no default user is listed: ${yaml} gives them to ${heir}, loudly`, () => {
      const items = plan(sshKeys, yaml, told(cloud));
      assert.deepEqual(given(items), [`${heir}: key1`]);
      assert.equal(items.flatMap(({ notes = [] }) => notes)[0]?.level, 'alarm');
      assert.match(
        notesOf(items)[0] ?? '',
        new RegExp(`would leave the cloud's keys without an account and lock everyone out: they are given to ${heir}`),
      );
      const people = changesOf(plan(users, yaml, told(cloud))).flatMap((change) =>
        change.kind === 'user' ? [change.name] : [],
      );
      assert.ok(people.includes(heir), 'who is there to take them');
    });
  }

  for (const [claim, yaml, userKeys, expected, notes] of [
    ['go to a listed user', 'users: [default, bob]', { bob: [own] }, ['rocky: key1', 'bob: key2'], []],
    ['go to the default user by name', '{}', { rocky: [own] }, ['rocky: key1', 'rocky: key2'], []],
    ['go to a user of the image', '{}', { ops: [own] }, ['rocky: key1', 'ops: key2'], []],
    [
      'go to nobody else',
      '{}',
      { eve: [own, cloud] },
      ['rocky: key1'],
      ['2 keys of the metadata for eve not placed: there is no such user; list eve under "users"'],
    ],
    [
      'do not open root',
      '{}',
      { root: [own] },
      ['rocky: key1'],
      ['1 key of the metadata for root not placed: root logs in with keys only where disable_root is false'],
    ],
    [
      'go to root where root may log in',
      'disable_root: false',
      { root: [own] },
      ['rocky: key1', 'root: key1', 'root: key2'],
      [],
    ],
    [
      'that are no keys are reported with the user',
      '{}',
      { ops: ['ssh-rsa AAAA'] },
      ['rocky: key1'],
      ['key 1 of 1 of the metadata for ops is left out: it is truncated'],
    ],
    ['are left out with those of the default user', 'allow_public_ssh_keys: false', { ops: [own] }, [], undefined],
  ] as const) {
    test(`that name their user ${claim}`, () => {
      const { facts, ...rest } = told(cloud);
      const ops = { name: 'ops', uid: 1_000, gid: 1_000, home: '/home/ops', shell: '/bin/bash' };
      const machine = { ...facts, users: [...facts.users, ops] };
      const items = plan(sshKeys, yaml, { ...rest, facts: machine, instance: { ...rest.instance, userKeys } });
      assert.deepEqual(given(items), expected);
      if (notes) assert.deepEqual(notesOf(items), notes);
    });
  }

  test('that are no keys are left out and told, each for itself', () => {
    const items = plan(sshKeys, '{}', told('ssh-rsa AAAA', `${cloud}\n${own}`, own));
    assert.deepEqual(given(items), ['rocky: key2']);
    assert.deepEqual(notesOf(items), [
      'key 1 of 3 of the metadata is left out: it is truncated',
      'key 2 of 3 of the metadata is left out: it has a line break in it: one key, one line',
    ]);
    assert.deepEqual(foundIn(sshKeys, `ssh_authorized_keys: ["${own}", "x"]`), [
      `user-data:1:${own.length + 27} ssh_authorized_keys[1]: expected a line of authorized_keys: it is of no type that OpenSSH knows ("x")`,
    ]);
  });

  test('with options are placed with them, and told', () => {
    const items = plan(sshKeys, '{}', told(`from="10.0.0.0/8" ${own}`, `no-such ${cloud}`));
    assert.deepEqual(
      changesOf(items).flatMap((change) => (change.kind === 'authorized-keys' ? change.keys : [])),
      [`from="10.0.0.0/8" ${own}`, `no-such ${cloud}`],
    );
    assert.deepEqual(notesOf(items), [
      'key 1 of 2 of the metadata is placed with its options: "from=\\"10.0.0.0/8\\""',
      'key 2 of 2 of the metadata is placed with its options: "no-such"',
      'key 2 of 2 of the metadata: sshd knows no option "no-such", and passes over the line',
    ]);
  });

  test('that are all no keys ask for no user that could not come in', () => {
    const items = plan(sshKeys, 'users: [joe]', told('ssh-rsa AAAA'));
    assert.deepEqual(notesOf(items), [
      'key 1 of 1 of the metadata is left out: it is truncated',
      'no account can log in: "users" lists no "default", and none of its users has a shell and a key or a password',
    ]);
  });

  test('in one text, a line each, are as many keys', () => {
    const text = `ssh_authorized_keys: |\n  ${own}\n  # a comment\n\n  rubbish\n  ${cloud}\n`;
    assert.deepEqual(foundIn(sshKeys, text).length, 1);
    const { plan: items } = planned(sshKeys, text, told());
    assert.deepEqual(
      changesOf(items).flatMap((change) => (change.kind === 'authorized-keys' ? change.keys : [])),
      [own, cloud],
    );
  });

  test('are shown on the console with their fingerprints, and no evil text', () => {
    const [item] = plan(sshKeys, '{}', told(`${cloud}\u001b[2J`));
    const rule = '*****************';
    const shown = '256 SHA256:RXm/ruZ0eTzRXKwi1AQEDynB0VgHQ2ac9KPSFdf/YnA key1?[2J (ED25519)';
    assert.deepEqual(item?.announce, [rule, 'AUTHORIZED KEYS of rocky', rule, shown, rule]);
    assert.equal(plan(sshKeys, 'no_ssh_fingerprints: true', told(cloud))[0]?.announce, undefined);
  });

  test('let root in by key where root is named, unless a lock was asked for', () => {
    const opens = (yaml: string) => changesOf(plan(sshKeys, yaml, told(cloud))).filter(({ kind }) => kind === 'sshd');
    assert.deepEqual(opens('user: root'), [
      { kind: 'sshd', keyword: 'PermitRootLogin', value: 'prohibit-password', instead: 'no' },
    ]);
    assert.deepEqual(opens('{user: root, root_lock: true}'), []);
    assert.deepEqual(opens('{user: root, disable_root: true}'), []);
  });

  test('refer anyone who uses them for another user to the right one', () => {
    const items = plan(sshKeys, 'users: [default, {name: bob, ssh_redirect_user: true}]', told(cloud));
    const change = changesOf(items).find((each) => each.kind === 'authorized-keys' && each.user === 'bob');
    assert.equal(
      change?.kind === 'authorized-keys' && change.keys[0],
      `no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo 'Please login as the user \\"rocky\\" rather than the user \\"bob\\".';echo;sleep 10;exit 142" ${cloud}`,
    );
  });

  test('that a new machine inherited are searched', () => {
    const items = plan(sshKeys, `users: [{name: bob, ssh_authorized_keys: ["${own}"]}]`, {
      ...told(cloud),
      newMachine: true,
    });
    assert.deepEqual(changesOf(items), [{ kind: 'inherited-keys', known: [cloud, own] }]);
  });

  test('are told once where they are wrong, by the module they belong to', () => {
    const yaml = '{users: [{name: "-rf"}], ssh_authorized_keys: [x]}';
    assert.equal(planned(users, yaml, told()).findings.length, 1);
    assert.equal(planned(sshKeys, yaml, told()).findings.length, 1);
    assert.equal(planned(rootLock, yaml, told()).findings.length, 0);
  });
});

describe('who may come in', () => {
  const set = (keyword: string, value: string, more: object = {}): Change =>
    ({ kind: 'sshd', keyword, value, ...more }) as Change;
  const settings = (yaml: string) => changesOf(plan(ssh, yaml)).filter(({ kind }) => kind === 'sshd');
  for (const [yaml, expected] of [
    ['{}', []],
    ['disable_root: 1', [set('PermitRootLogin', 'no')]],
    ['disable_root: "false"', [set('PermitRootLogin', 'prohibit-password', { instead: 'no' })]],
    [
      'ssh_pwauth: 0',
      [set('PasswordAuthentication', 'no'), set('KbdInteractiveAuthentication', 'no', { instead: 'nothing' })],
    ],
    ['ssh_pwauth: yes', [set('PasswordAuthentication', 'yes')]],
    ['ssh_pwauth: unchanged', []],
  ] as const) {
    test(yaml, () => assert.deepEqual(settings(yaml), expected));
  }
  test('is said to sshd where it runs already', () => {
    const [change, reload] = changesOf(plan(ssh, 'disable_root: true'));
    assert.deepEqual(reload, { kind: 'notify', what: 'reload', unit: 'sshd.service', follows: change });
  });
  test('a lock is put on though the setting beside it is wrong', () => {
    const { plan: items, findings } = planned(ssh, '{disable_root: true, ssh_pwauth: maybe}');
    assert.deepEqual([items.map(({ at }) => at), findings.length], [['disable_root'], 1]);
  });
});

describe('root_lock', () => {
  test('locks the password and shuts SSH, keys or no keys', () => {
    for (const where of [told(), told(cloud)]) {
      assert.deepEqual(changesOf(plan(rootLock, 'root_lock: true', where)).slice(0, 2), [
        { kind: 'locked', user: 'root', locked: true },
        { kind: 'sshd', keyword: 'PermitRootLogin', value: 'no' },
      ]);
    }
  });
  test('false, and left out, do nothing', () => {
    assert.deepEqual([...plan(rootLock, 'root_lock: false'), ...plan(rootLock, '{}')], []);
  });
  test('counts more than keys for root, and that is told', () => {
    assert.deepEqual(notesOf(plan(rootLock, '{root_lock: true, user: root}', told(cloud))), [
      'root is given keys and locked: the lock counts, and the keys allow no login',
    ]);
  });
});

describe('host keys', () => {
  const { secret } = rsaPair();
  const first = (yaml: string, where: Context = told()): Change | undefined =>
    changesOf(plan(hostKeys, yaml, where))[0];
  const base = {
    kind: 'host-keys',
    types: ['rsa', 'ecdsa', 'ed25519'],
    machine: 'uuid 6f3a1c9e-0000-4000-8000-000000000001',
    fresh: false,
    given: [],
    later: ['rsa'],
    secret: true,
  } as const;
  const late = (yaml: string, where: Context = told()): Change | undefined =>
    changesOf(plan(lateHostKeys, yaml, where))[0];
  test('of every type are completed after sshd starts, and the machine is not judged again there', () => {
    const { later: _, ...all } = base;
    assert.deepEqual(late('{}', { ...told(), newMachine: true }), all);
  });
  for (const yaml of ['ssh_genkeytypes: [ed25519]', JSON.stringify({ ssh_keys: { rsa_private: secret } })])
    test(`leave nothing for the time after sshd with ${yaml.slice(0, 28)}`, () => assert.equal(late(yaml), undefined));
  test('are checked at each boot', () => assert.deepEqual(first('{}'), base));
  test('are fresh on a new machine, unless they are to stay', () => {
    const fresh = { ...told(), newMachine: true };
    assert.deepEqual(first('{}', fresh), { ...base, fresh: true });
    assert.deepEqual(first('ssh_deletekeys: false', fresh), base);
  });
  test('are of the types asked for', () =>
    assert.deepEqual(first('ssh_genkeytypes: [ed25519]'), { ...base, types: ['ed25519'] }));
  test('may be given', () => {
    const yaml = JSON.stringify({
      ssh_keys: { rsa_private: secret, rsa_public: 'left out, being made from the other' },
    });
    assert.deepEqual(first(yaml), { ...base, given: [{ type: 'rsa', private: secret }] });
  });
  test('that are given and no keys are refused without a word of them', () => {
    const { plan: items, findings } = planned(
      hostKeys,
      JSON.stringify({ ssh_keys: { rsa_private: secret.slice(0, 900) } }),
      told(),
    );
    assert.deepEqual(
      findings.map(({ at, message }) => `${at}: ${message}`),
      ['ssh_keys.rsa_private: expected a private host key: it is not a private key'],
    );
    assert.deepEqual(changesOf(items)[0], base);
  });
  test('of sorts that sshd has no place for are told', () => {
    const items = plan(hostKeys, 'ssh_keys: {dsa_private: x, rsa_public: y}');
    assert.deepEqual(
      items.flatMap(({ at, notes = [] }) => notes.map(({ text }) => `${at} ${text}`)),
      [
        'ssh_keys.dsa_private ignored: a host key is named TYPE_private, TYPE_public or TYPE_certificate, TYPE rsa, ecdsa or ed25519',
        'ssh_keys.rsa_public ignored: there is no rsa_private for it',
      ],
    );
  });
  test('can be judged before there is a network, where firmware knows a uuid', () => {
    const { facts, ...rest } = told();
    const early = Object.defineProperty({ ...facts }, 'network', { get: () => assert.fail('asked for the network') });
    assert.deepEqual(first('{}', { ...rest, facts: early }), base);
  });
  test('belong to the network card where firmware knows no uuid', () => {
    const platform = { ...context().facts.platform, uuid: '' };
    const change = first('{}', context({ platform }));
    assert.equal(change?.kind === 'host-keys' && change.machine, 'mac fa:16:3e:00:00:05');
  });
});
