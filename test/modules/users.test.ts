import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change, PlanItem } from '../../agent/engine/change.ts';
import type { Context } from '../../agent/engine/module.ts';
import type { Facts } from '../../agent/facts/facts.ts';
import { decodeFields, INVALID } from '../../agent/userdata/schema/decode.ts';
import { readYaml } from '../../agent/userdata/yaml/read-yaml.ts';
import { defaultUsersOf } from '../../modules/accounts/default-users.ts';
import { resolveUsers } from '../../modules/accounts/resolve-users.ts';
import { peopleReads } from '../../modules/accounts/settings.ts';
import { passwords } from '../../modules/passwords.ts';
import { users, usersEachBoot } from '../../modules/users.ts';
import { context } from '../support/facts.ts';
import { applied, laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { peopled } from '../support/people/memory-accounts.ts';
import { foundIn, plan, planned } from '../support/settings.ts';
import { fromShared } from '../support/shared.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V';
const hash = '$6$salt$hashhashhash';
const os = (id: string, family: Facts['os']['family'] = 'redhat', version = '9'): Facts['os'] => ({
  id,
  family,
  version,
  name: id,
});
const somewhere = (own: Partial<Facts> = {}): Context => context(own, { datasource: 'ec2' });
const groups = ['adm', 'systemd-journal', 'sudo', 'wheel'].map((name, gid) => ({ name, gid, members: [] }));

const changesOf = (items: readonly PlanItem[]): Change[] => items.flatMap(({ changes }) => changes);
const notesOf = (items: readonly PlanItem[]): string[] =>
  items.flatMap(({ notes = [] }) => notes.map(({ text }) => text));
const people = (yaml: string, where = somewhere()): string[] =>
  changesOf(plan(users, yaml, where)).flatMap((change) => (change.kind === 'user' ? [change.name] : []));

test('the keys of a user of the list are announced with the user, unless no_ssh_fingerprints is set', () => {
  const yaml = `users: [{name: ann, ssh_authorized_keys: ["${key} ann@home"]}]\n`;
  const announced = (text: string) =>
    plan(users, text, somewhere()).flatMap(({ announce = [] }) => announce.filter((line) => !line.startsWith('*')));
  const [title, line] = announced(yaml);
  assert.equal(title, 'AUTHORIZED KEYS of ann');
  assert.match(line ?? '', /^256 SHA256:[\w+/]{43} ann@home \(ED25519\)$/);
  assert.deepEqual(announced(`${yaml}no_ssh_fingerprints: true\n`), []);
});

describe('the default user', () => {
  for (const [id, family, name] of [
    ['rhel', 'redhat', 'cloud-user'],
    ['centos', 'redhat', 'cloud-user'],
    ['amzn', 'redhat', 'ec2-user'],
    ['rocky', 'redhat', 'rocky'],
    ['almalinux', 'redhat', 'almalinux'],
    ['fedora', 'redhat', 'fedora'],
    ['debian', 'debian', 'debian'],
    ['ubuntu', 'debian', 'ubuntu'],
    ['ol', 'redhat', 'cloud-user'],
  ] as const) {
    test(`of ${id} is ${name}`, () =>
      assert.deepEqual(people('users: [default]', somewhere({ os: os(id, family) })), [name]));
  }

  test('of CentOS 8 is centos, and of CentOS Stream 10 is cloud-user', () => {
    for (const [version, name] of [
      ['8', 'centos'],
      ['10', 'cloud-user'],
    ] as const) {
      assert.deepEqual(people('users: [default]', somewhere({ os: os('centos', 'redhat', version) })), [name]);
    }
  });
  test('is in wheel on Fedora and Amazon Linux, and not on Enterprise Linux', () => {
    for (const [id, isIn] of [
      ['fedora', true],
      ['amzn', true],
      ['rocky', false],
    ] as const) {
      const user = changesOf(plan(users, 'users: [default]', somewhere({ groups, os: os(id) }))).find(
        (change) => change.kind === 'user',
      );
      assert.equal(user?.groups?.includes('wheel'), isIn);
    }
  });
  test('is in the table once for each release, with its source', () => {
    const keys = defaultUsersOf.map(({ id, since }) => `${id} ${since}`);
    assert.equal(new Set(keys).size, keys.length);
    for (const { source } of defaultUsersOf) assert.notEqual(source, '');
  });

  for (const [claim, yaml, names] of [
    ['is there where nobody says who is', '{}', ['rocky']],
    ['has the name given in "user"', 'user: admin', ['admin']],
    ['has the name given by the image', 'system_info: {default_user: {name: grid}, distro: rhel}', ['grid']],
    ['has the user-data’s name before the image’s', '{system_info: {default_user: {name: a}}, user: {name: b}}', ['b']],
    [
      'is there beside a list without "default", where "user" names it',
      '{users: [joe], user: admin}',
      ['joe', 'admin'],
    ],
    ['is not there where none is asked for', 'users: []', []],
    ['is not there where others are', 'users: [joe, {name: ann}]', ['joe', 'ann']],
    ['may stand among others, in one text', 'users: "joe, default"', ['joe', 'rocky']],
    ['may stand in a mapping', 'users: {default: true, joe: false, ann: {uid: 7}}', ['rocky', 'ann']],
    ['may be said more of where it is listed', 'users: [{name: default, shell: /bin/sh}]', ['rocky']],
  ] as const) {
    test(claim, () => assert.deepEqual(people(yaml), names));
  }

  test('is nobody’s where no cloud says who we are', () => assert.deepEqual(people('{}', context()), []));

  test('has sudo, a locked password and the groups that are there', () => {
    assert.deepEqual(plan(users, 'users: [default]', somewhere({ groups: groups.slice(0, 1) })), [
      {
        at: 'users[0]',
        changes: [
          { kind: 'group', name: 'adm' },
          { kind: 'user', name: 'rocky', groups: ['adm'], gecos: 'Cloud User', shell: '/bin/bash' },
        ],
      },
      {
        at: 'users[0].sudo',
        changes: [
          {
            kind: 'sudoers',
            path: '/etc/sudoers.d/90-bootagent-rocky',
            content: '# Written by bootagent.\nrocky ALL=(ALL) NOPASSWD:ALL\n',
          },
        ],
      },
    ]);
  });

  test('may be root, who is left as root is', () => {
    assert.deepEqual(changesOf(plan(users, 'user: root', somewhere())), [{ kind: 'user', name: 'root' }]);
  });

  test('that the image brings along has its password locked', () => {
    const there = [{ name: 'rocky', uid: 1000, gid: 1000, home: '/home/rocky', shell: '/bin/bash' }];
    const locks = (yaml: string) =>
      changesOf(plan(users, yaml, somewhere({ users: there }))).filter(({ kind }) => kind === 'locked');
    assert.deepEqual(locks('users: [default]'), [{ kind: 'locked', user: 'rocky', locked: true }]);
    assert.deepEqual(locks('{users: [default], password: secret}'), []);
    assert.deepEqual(locks(`{users: [default], chpasswd: {list: ["rocky:${hash}"]}}`), []);
  });
});

describe('a user', () => {
  test('of the grid has one number for itself and its group', () => {
    const yaml = 'users: [{name: aliprod, uid: 355, primary_group: aliprod, homedir: /var/lib/aliprod}]';
    assert.deepEqual(changesOf(plan(users, yaml, somewhere())), [
      { kind: 'group', name: 'aliprod', gid: 355 },
      { kind: 'user', name: 'aliprod', uid: 355, primaryGroup: 'aliprod', home: '/var/lib/aliprod' },
    ]);
  });

  test('may have everything that cloud-config knows', () => {
    const yaml = `
      users:
        - name: bob
          uid: "1010"
          gecos: Bob B.
          homedir: /srv/bob
          primary_group: 2000
          groups: "a, b"
          shell: /bin/zsh
          sudo: ["ALL=(ALL) ALL", "ALL=(x) NOPASSWD:/bin/ls"]
          hashed_passwd: ${hash}
          expiredate: "2027-01-31"
          inactive: "30"
          selinux_user: staff_u
          no_user_group: true
          no_log_init: true
          system: true
          ssh_authorized_keys: ["${key} x"]`;
    assert.deepEqual(plan(users, `${yaml}\n      no_ssh_fingerprints: true`, somewhere()), [
      {
        at: 'users[0]',
        changes: [
          { kind: 'group', name: 'bob', gid: 2000 },
          { kind: 'group', name: 'a' },
          { kind: 'group', name: 'b' },
          {
            kind: 'user',
            name: 'bob',
            uid: 1010,
            primaryGroup: 'bob',
            groups: ['a', 'b'],
            gecos: 'Bob B.',
            home: '/srv/bob',
            shell: '/bin/zsh',
            expires: '2027-01-31',
            inactive: 30,
            selinuxUser: 'staff_u',
            flags: ['--system', '--no-log-init', '--no-user-group', '--no-create-home'],
          },
          { kind: 'password', user: 'bob', hash, secret: true },
        ],
      },
      {
        at: 'users[0].sudo',
        changes: [
          {
            kind: 'sudoers',
            path: '/etc/sudoers.d/90-bootagent-bob',
            content: '# Written by bootagent.\nbob ALL=(ALL) ALL\nbob ALL=(x) NOPASSWD:/bin/ls\n',
          },
        ],
      },
      { at: 'users[0].ssh_authorized_keys', changes: [{ kind: 'authorized-keys', user: 'bob', keys: [`${key} x`] }] },
    ]);
  });

  test('with a dot in the name has a file that sudo reads', () => {
    const [change] = changesOf(plan(users, 'users: [{name: a.b, sudo: "ALL=(ALL) ALL"}]')).filter(
      ({ kind }) => kind === 'sudoers',
    );
    assert.equal(change?.kind === 'sudoers' && change.path, '/etc/sudoers.d/90-bootagent-a+2eb');
  });

  test('without sudo loses the rules of before', () => {
    for (const none of ['null', 'false']) {
      assert.deepEqual(plan(users, `users: [{name: bob, sudo: ${none}}]`).at(-1)?.changes, [
        { kind: 'absent', path: '/etc/sudoers.d/90-bootagent-bob' },
      ]);
    }
  });

  for (const [settings, locks] of [
    ['{}', []],
    ['{lock_passwd: true}', [true]],
    ['{lock-passwd: true}', [true]],
    [`{passwd: "${hash}"}`, []],
    [`{passwd: "${hash}", lock_passwd: true}`, [true]],
    [`{passwd: "${hash}", lock_passwd: false}`, [false]],
  ] as const) {
    test(`${settings} is ${locks.length === 0 ? 'neither locked nor unlocked' : locks[0] ? 'locked' : 'unlocked'}`, () => {
      const [all] = planned(users, `users: [{name: bob, ...}]`.replace('...', settings.slice(1, -1)), somewhere()).plan;
      assert.deepEqual(
        (all?.changes ?? []).flatMap((change) => (change.kind === 'locked' ? [change.locked] : [])),
        locks,
      );
    });
  }

  test('that exists keeps its number and home, and that is told', () => {
    const there = [{ name: 'bob', uid: 1005, gid: 1005, home: '/home/bob', shell: '/bin/sh' }];
    const yaml = 'users: [{name: bob, uid: 1, homedir: /x, system: true, ssh_import_id: gh:bob}]';
    assert.deepEqual(notesOf(plan(users, yaml, somewhere({ users: there }))), [
      'bob exists, and keeps the number 1005 (requested: 1) and the home /home/bob (requested: /x)',
      'bob exists: system is for new accounts',
      'not supported: bootagent fetches no keys; use ssh_authorized_keys',
    ]);
  });

  test('that is given two passwords has the hash, and that is told', () => {
    const items = plan(users, `users: [{name: bob, hashed_passwd: "${hash}", plain_text_passwd: x}]`, somewhere());
    assert.deepEqual(changesOf(items).at(-1), { kind: 'password', user: 'bob', hash, secret: true });
    assert.deepEqual(notesOf(items), ['bob is given 2 passwords: a hash counts before a plain one']);
  });

  test('that says every: boot is looked after at each boot, and not else', () => {
    const yaml = 'users: [{name: aliprod, every: boot}, {name: bob}]';
    assert.deepEqual(
      [
        people(yaml),
        changesOf(plan(usersEachBoot, yaml)).map((change) => (change.kind === 'user' ? change.name : change.kind)),
      ],
      [['bob'], ['aliprod']],
    );
  });

  const name = (written: string) =>
    `users[1].name: expected the name of a user (letters, digits and . _ -, at most 32), got ${written}`;
  for (const [entry, message] of [
    ['{name: "-rf"}', name('"-rf"')],
    ['{name: ../x}', name('"../x"')],
    ['{name: "a:b"}', name('"a:b"')],
    ['{name: "a\\nb"}', name('"a\\nb"')],
    ['{name: Zoë}', name('"Zoë"')],
    ['{name: "$(reboot)"}', name('"$(reboot)"')],
    [`{name: ${'a'.repeat(300)}}`, name(`"${'a'.repeat(300)}"`)],
    ['{uid: 7}', 'users[1]: a user without a name'],
    [
      '{name: bob, primary_group: /etc/passwd}',
      'users[1].primary_group: expected the name or number of a group, got "/etc/passwd"',
    ],
    ['{name: bob, groups: [a, "b:c"]}', undefined],
    [
      '{name: bob, homedir: /home/../etc}',
      'users[1].homedir: expected an absolute path without ".." and ":", got "/home/../etc"',
    ],
    [
      '{name: bob, shell: "/bin/sh\\nroot::0:0::/:"}',
      'users[1].shell: expected an absolute path without ".." and ":", got "/bin/sh\\nroot::0:0::/:"',
    ],
    ['{name: bob, gecos: "a:b"}', 'users[1].gecos: expected one line without ":", got "a:b"'],
    ['{name: bob, uid: -1}', 'users[1].uid: expected a whole number from 0, got "-1"'],
    ['{name: bob, expiredate: 2027-02-30}', 'users[1].expiredate: expected a day such as 2027-01-31, got "2027-02-30"'],
    [
      '{name: bob, passwd: hunter2}',
      'users[1].passwd: expected the hash of a password, such as $6$…; Make one with "openssl passwd -6".',
    ],
    ['{name: bob, plain_text_passwd: ""}', 'users[1].plain_text_passwd: an empty password would let anyone log in'],
    ['{name: bob, shel: /bin/sh}', 'users[1].shel: no such setting; did you mean "shell"?'],
  ] as const) {
    test(`is refused where it says ${entry.slice(0, 50)}, and its neighbours are not`, () => {
      const yaml = `users: [ann, ${entry}, joe]`;
      const { plan: items } = planned(users, yaml, somewhere());
      const made = changesOf(items).flatMap((change) => (change.kind === 'user' ? [change.name] : []));
      assert.ok(made.includes('ann') && made.includes('joe'));
      if (message !== undefined)
        assert.deepEqual(
          foundIn(users, yaml, somewhere()).map((each) => each.replace(/^\S+ /, '')),
          [message],
        );
    });
  }

  test('with one bad key loses that key alone', () => {
    const yaml = `users: [{name: bob, ssh_authorized_keys: ["ssh-rsa AAAA", "${key}"]}]`;
    const { plan: items, findings } = planned(users, yaml, somewhere());
    assert.deepEqual(items.at(-1)?.changes, [{ kind: 'authorized-keys', user: 'bob', keys: [key] }]);
    assert.deepEqual(
      findings.map(({ at, message }) => `${at}: ${message}`),
      ['users[0].ssh_authorized_keys[0]: expected a line of authorized_keys: it is truncated'],
    );
  });

  test('whose password is wrong is refused without a word of it', () => {
    const { findings, secrets } = planned(users, 'users: [{name: bob, passwd: hunter2}]', somewhere());
    assert.deepEqual(secrets, ['hunter2']);
    assert.ok(!JSON.stringify(findings).includes('hunter2'));
  });

  test('list that is none costs the list, and the default user is there', () => {
    const { plan: items, findings } = planned(users, 'users: {joe: [1]}', somewhere());
    assert.equal(findings.length, 1);
    assert.deepEqual(changesOf(items), []);
    const binary = planned(users, 'users: !!binary "AAA="', somewhere());
    assert.deepEqual([binary.plan, binary.findings.length], [[], 1]);
  });
});

describe('one bad field', () => {
  for (const [field, reason] of [
    ['passwd: plain', 'expected the hash of a password, such as $6$…'],
    ['hashed_passwd: "$6$"', 'expected the hash of a password, such as $6$…'],
    ['plain_text_passwd: ""', 'an empty password would let anyone log in'],
    ['inactive: true', 'expected a whole number, got "true"'],
    ['expiredate: "2030"', 'expected a day such as 2027-01-31, got "2030"'],
    ['expiredate: "2030-02-31"', 'expected a day such as 2027-01-31, got "2030-02-31"'],
    ['lock_passwd: maybe', 'expected true or false, got "maybe"'],
    ['gecos: [a]', 'expected one line without ":", got a list'],
    ['gecos: "a:b"', 'expected one line without ":", got "a:b"'],
    ['uid: -1', 'expected a whole number from 0, got "-1"'],
    ['homedir: here', 'expected an absolute path without ".." and ":", got "here"'],
    ['shell: {}', 'expected an absolute path without ".." and ":", got a mapping'],
    ['primary_group: "a b"', 'expected the name or number of a group, got "a b"'],
    ['groups: {}', undefined],
    ['sudo: {a: [b]}', undefined],
    ['create_groups: 7', 'expected true or false, got "7"'],
    ['system: [true]', 'expected true or false, got a list'],
    ['every: week', 'expected instance or boot, got "week"'],
    ['ssh_import_id: {}', undefined],
    ['ssh_redirect_user: who', 'expected true or false, got "who"'],
  ] as const) {
    test(`of a user, ${field}, costs itself: the account and its key are made`, () => {
      const name = field.split(':')[0] ?? '';
      const { plan: items, findings } = planned(
        users,
        `users:\n- {name: joe, ${field}, ssh_authorized_keys: ["${key}"]}\n`,
        somewhere(),
      );
      const made = changesOf(items);
      assert.deepEqual(
        made.filter(({ kind }) => kind === 'user'),
        [{ kind: 'user', name: 'joe' }],
      );
      assert.deepEqual(
        made.filter(({ kind }) => kind === 'authorized-keys'),
        [{ kind: 'authorized-keys', user: 'joe', keys: [key] }],
      );
      if (reason !== undefined)
        assert.deepEqual(
          findings.map(({ at, message }) => `${at}: ${message}`),
          [`users[0].${name}: ${reason}`],
        );
    });
  }

  test('of the default user costs itself too', () => {
    for (const yaml of ['user: {name: joe, gecos: [a]}', 'system_info: {default_user: {name: joe, inactive: true}}'])
      assert.deepEqual(
        changesOf(planned(users, yaml, somewhere()).plan).flatMap((each) => (each.kind === 'user' ? [each.name] : [])),
        ['joe'],
      );
  });
});

describe('a user on a machine that was in service', () => {
  const there = { name: 'joe', uid: 1000, gid: 1000, home: '/home/joe', shell: '/bin/zsh' };
  const inService: Context = { ...somewhere(), inService: true };
  const asked = `users: [{name: joe, shell: /bin/sh, sudo: "ALL=(ALL) ALL", passwd: ${hash}, lock_passwd: false, groups: adm, ssh_authorized_keys: ["${key}"]}]`;

  test('keeps what is its own by now, and is added to groups and given its keys', () => {
    const where = { ...inService, facts: context({ users: [there] }).facts };
    assert.deepEqual(changesOf(plan(users, asked, where)), [
      { kind: 'group', name: 'adm' },
      { kind: 'user', name: 'joe', groups: ['adm'] },
      { kind: 'authorized-keys', user: 'joe', keys: [key] },
    ]);
  });

  test('is made as anywhere where it does not exist', () =>
    assert.deepEqual(plan(users, asked, inService), plan(users, asked, somewhere())));
});

describe('groups', () => {
  for (const [yaml, made] of [
    ['[a, {b: [x, y]}]', ['a', 'b', 'x of b', 'y of b']],
    ['{a: null, b: x}', ['a', 'b', 'x of b']],
    ['"a, b"', ['a', 'b']],
    ['[{b: "x, y"}]', ['b', 'x of b', 'y of b']],
  ] as const) {
    test(`${yaml}`, () => {
      const told = changesOf(plan(users, `groups: ${yaml}`)).map((change) =>
        change.kind === 'group'
          ? change.name
          : change.kind === 'member'
            ? `${change.user} of ${change.group}`
            : change.kind,
      );
      assert.deepEqual(told, made);
    });
  }
  test('that are no groups are refused one by one', () => {
    const { plan: items } = planned(users, 'groups: [/etc/passwd, a, "-rf", {"a:b": [x]}]');
    assert.deepEqual(
      items.map(({ at }) => at),
      ['groups[1]'],
    );
  });
});

describe('passwords', () => {
  const changes = (yaml: string) => changesOf(plan(passwords, yaml, somewhere()));
  test('are given by hash or in the clear, and expire unless told otherwise', () => {
    const first: Change = { kind: 'password', user: 'bob', hash, secret: true };
    const second: Change = { kind: 'plain-password', user: 'ann', password: 'x y:z', secret: true };
    assert.deepEqual(
      changes(`chpasswd: {users: [{name: bob, password: "${hash}"}, {name: ann, password: "x y:z", type: text}]}`),
      [
        first,
        { kind: 'expired-password', user: 'bob', follows: first },
        second,
        { kind: 'expired-password', user: 'ann', follows: second },
      ],
    );
  });
  test('are read from the old list as well', () => {
    assert.deepEqual(changes(`chpasswd: {expire: false, list: "bob:pw:1\\nann:${hash}\\nroot:RANDOM\\n"}`), [
      { kind: 'plain-password', user: 'bob', password: 'pw:1', secret: true },
      { kind: 'password', user: 'ann', hash, secret: true },
      { kind: 'plain-password', user: 'root', password: { random: 20 }, secret: true },
    ]);
  });
  test('of the default user may be given alone', () => {
    assert.deepEqual(changes('{password: x, chpasswd: {expire: false}}'), [
      { kind: 'plain-password', user: 'rocky', password: 'x', secret: true },
    ]);
  });
  test('do not take off a lock that was asked for', () => {
    const [, , lock] = changes(
      `{users: [{name: bob, lock_passwd: true}], chpasswd: {users: [{name: bob, password: "${hash}"}]}}`,
    );
    assert.deepEqual([lock?.kind, lock?.follows?.kind], ['locked', 'password']);
  });
  test('that are no passwords are refused without a word of them', () => {
    const { findings, plan: items } = planned(passwords, 'chpasswd: {list: ["bob", "a b:hunter2", "ann:ok"]}');
    assert.deepEqual(
      findings.map(({ at, message }) => `${at}: ${message}`),
      ['chpasswd.list[0]: expected user:password', 'chpasswd.list[1]: expected user:password'],
    );
    assert.equal(items.length, 1);
  });
});

interface Normal {
  readonly in: unknown;
  readonly out: {
    readonly users: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly groups: object;
  };
}

const shared = fromShared('conformance/users-rhel.json');
describe('users and groups mean what they mean to cloud-init on RHEL', { skip: shared.skip }, () => {
  const cases = shared.skip ? [] : (JSON.parse(shared.text()) as Normal[]);
  const where = context({ os: os('rhel'), groups });
  cases.forEach(({ in: input, out }, number) => {
    test(`${number}: ${JSON.stringify(input)}`, () => {
      const silent = { error: assert.fail, warning: assert.fail, secret: () => {} };
      const written = readYaml(JSON.stringify(input), 'user-data', silent);
      assert.ok(written?.is === 'mapping');
      const settings = decodeFields(peopleReads, written, '', silent);
      assert.ok(settings !== INVALID);
      const ours = resolveUsers(settings, where).map(({ name, account }) => [
        name,
        {
          groups: account.groups?.join(','),
          lock_passwd: account.lock_passwd,
          gecos: account.gecos,
          // bootagent has an empty list for no rules, the other side null.
          sudo: account.sudo?.length ? account.sudo : undefined,
          shell: account.shell,
          ssh_import_id: account.ssh_import_id,
          selinux_user: account.selinux_user,
        },
      ]);
      const theirs = Object.entries(out.users).map(([name, { default: _, sudo, ...rest }]) => [
        name,
        {
          groups: undefined,
          lock_passwd: undefined,
          gecos: undefined,
          shell: undefined,
          ssh_import_id: undefined,
          selinux_user: undefined,
          ...rest,
          sudo: sudo ?? undefined,
        },
      ]);
      const sorted = (all: typeof theirs | typeof ours) =>
        [...all].sort(([a], [b]) => String(a).localeCompare(String(b)));
      assert.deepEqual(sorted(ours), sorted(theirs));
      const ourGroups = plan(users, JSON.stringify(input), where).filter(({ at }) => at.startsWith('groups'));
      assert.deepEqual(
        [...new Set(changesOf(ourGroups).flatMap((change) => (change.kind === 'group' ? [change.name] : [])))],
        Object.keys(out.groups),
      );
    });
  });
});

const grid = `
users:
  - default
  - {name: aliprod, uid: 355, primary_group: aliprod, homedir: /var/lib/aliprod, groups: [grid], expiredate: 2027-01-31}
  - {name: bob, hashed_passwd: "${hash}", lock_passwd: true, ssh_authorized_keys: ["${key} bob"]}
  - {name: ann, plain_text_passwd: secret, sudo: "ALL=(ALL) ALL"}
groups: [{grid: [ann]}]`;
laws('people', plan(users, grid, somewhere()), () => memoryHost(peopled()));
laws('passwords by name', plan(passwords, `chpasswd: {users: [{name: root, password: "${hash}"}]}`), () =>
  memoryHost(peopled()),
);

test('people are there after a run as they were asked for', async () => {
  const host = memoryHost(peopled());
  const steps = await applied(plan(users, grid, somewhere()), host);
  assert.deepEqual(
    steps.filter(({ outcome }) => outcome === 'failed'),
    [],
  );
  assert.match(host.text('/etc/passwd') ?? '', /^aliprod:x:355:355::\/var\/lib\/aliprod:/m);
  assert.match(host.text('/etc/group') ?? '', /^grid:x:\d+:aliprod,ann$/m);
  assert.match(host.text('/etc/shadow') ?? '', /^bob:!\$6\$salt\$hashhashhash:/m);
  assert.equal(host.text('/home/bob/.ssh/authorized_keys'), `${key} bob\n`);
  assert.deepEqual([host.mode('/home/bob/.ssh'), host.mode('/home/bob/.ssh/authorized_keys')], ['0700', '0600']);
  assert.ok(!host.did.some((each) => each.includes('secret') || each.includes(hash)), 'no secret in a list of words');
});

test('a number that is taken is refused, in a preview too', async () => {
  const host = memoryHost(peopled());
  const [step] = await applied(plan(users, 'users: [{name: bob, uid: 0}]'), host);
  assert.equal(
    step?.outcome === 'failed' && step.problem.message,
    'The user bob cannot have the number 0: it is that of root',
  );
});

test('an account that exists is brought to what is asked', async () => {
  const host = memoryHost(peopled());
  await applied(plan(users, 'users: [{name: bob, gecos: B, shell: /bin/sh}]'), host);
  await applied(
    plan(
      users,
      'users: [{name: bob, gecos: Bob, shell: /bin/zsh, groups: [adm], inactive: 5, expiredate: 2027-01-31, primary_group: adm}]',
    ),
    host,
  );
  assert.match(host.text('/etc/passwd') ?? '', /^bob:x:1000:4:Bob:\/home\/bob:\/bin\/zsh$/m);
  assert.match(host.text('/etc/shadow') ?? '', /^bob:!:20000:0:99999:7:5:20849:$/m);
});
