import assert from 'node:assert/strict';
import { type Given, memoryHost } from '../memory-host.ts';
import { peopled } from '../people/memory-accounts.ts';
import type { DirtyStarts } from './dirty-start.ts';

const tables = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000:old:/home/ann:/bin/sh\n',
  '/etc/group': 'root:x:0:\nadm:x:4:bob\nann:x:1000:\nwheel:x:10:\n',
  '/etc/shadow': 'root:$6$a$b:20000:0:99999:7:::\nann:$6$old$x:20000:0:99999:7:::\n',
};
const machine = (files: Given['files'] = {}, more: Given = {}) =>
  memoryHost(peopled({ ...more, files: { ...tables, ...files } }));
const [stale, own] = ['/etc/passwd.lock', '/etc/.pwd.lock'];

const hashOf = (host: { text(path: string): string | undefined }, user: string): string | undefined =>
  host
    .text('/etc/shadow')
    ?.split('\n')
    .find((line) => line.startsWith(`${user}:`))
    ?.split(':')[1];

/** Starts of the kinds that handle accounts. */
export const accountStarts: Pick<
  DirtyStarts,
  | 'user'
  | 'group'
  | 'member'
  | 'password'
  | 'plain-password'
  | 'expired-password'
  | 'locked'
  | 'sudoers'
  | 'removed-user'
> = {
  user: [
    {
      from: 'an account with another shell, comment, end and groups',
      change: {
        kind: 'user',
        name: 'ann',
        shell: '/bin/bash',
        gecos: 'new',
        groups: ['adm', 'wheel'],
        expires: '2030-01-01',
        inactive: 3,
      },
      machine: () => machine(),
      ends: (host) => {
        assert.match(host.text('/etc/passwd') ?? '', /^ann:x:1000:1000:new:\/home\/ann:\/bin\/bash$/m);
        assert.match(host.text('/etc/group') ?? '', /^adm:x:4:bob,ann\n(?:.*\n)*wheel:x:10:ann$/m);
        assert.match(host.text('/etc/shadow') ?? '', /^ann:\$6\$old\$x:20000:0:99999:7:3:21915:$/m);
      },
    },
    {
      from: 'an account without its line in /etc/shadow',
      change: { kind: 'user', name: 'ann' },
      machine: () => machine({ '/etc/shadow': 'root:$6$a$b:20000:0:99999:7:::\n' }),
      ends: (host) => assert.equal(hashOf(host, 'ann'), '!'),
    },
    {
      from: 'a group of the same name',
      change: { kind: 'user', name: 'bob' },
      machine: () => machine({ '/etc/group': `${tables['/etc/group']}bob:x:1500:\n` }),
      ends: (host) => assert.match(host.text('/etc/passwd') ?? '', /^bob:x:\d+:1500:/m),
    },
    {
      from: 'the lock of a program that was killed',
      change: { kind: 'user', name: 'ann', shell: '/bin/bash' },
      machine: () => machine({ [stale]: '999999999', [own]: '' }),
      ends: (host) => assert.deepEqual([host.nodes.has(stale), host.nodes.has(own)], [false, true]),
    },
    {
      from: 'another account with the uid',
      change: { kind: 'user', name: 'bob', uid: 1000 },
      machine: () => machine(),
      refused: /^The user bob cannot have the number 1000: it is that of ann$/,
    },
  ],
  group: [
    {
      from: 'a group without its line in /etc/gshadow',
      change: { kind: 'group', name: 'ann' },
      machine: () => machine({ '/etc/gshadow': 'root:::\n' }),
      ends: (host) => assert.equal(host.text('/etc/gshadow'), 'root:::\nann:!::\n'),
    },
    {
      from: 'another group with the gid',
      change: { kind: 'group', name: 'new', gid: 1000 },
      machine: () => machine(),
      ends: (host) => assert.match(host.text('/etc/group') ?? '', /^new:x:1001:$/m),
    },
  ],
  member: [
    {
      from: 'other members, and a line in /etc/gshadow without them',
      change: { kind: 'member', user: 'ann', group: 'adm' },
      machine: () => machine({ '/etc/gshadow': 'adm:!::\n' }),
      ends: (host) =>
        assert.deepEqual(
          [/^adm:x:4:bob,ann$/m.test(host.text('/etc/group') ?? ''), host.text('/etc/gshadow')],
          [true, 'adm:!::ann\n'],
        ),
    },
    {
      from: 'a member of one table alone',
      change: { kind: 'member', user: 'bob', group: 'adm' },
      machine: () => machine({ '/etc/gshadow': 'adm:!::\n' }),
      ends: (host) => assert.match(host.text('/etc/group') ?? '', /^adm:x:4:bob$/m),
    },
  ],
  password: [
    {
      from: 'another password',
      change: { kind: 'password', user: 'ann', hash: '$6$new$y' },
      machine: () => machine(),
      ends: (host) => assert.equal(hashOf(host, 'ann'), '$6$new$y'),
    },
    {
      from: 'no line in /etc/shadow',
      change: { kind: 'password', user: 'ann', hash: '$6$new$y' },
      machine: () => machine({ '/etc/shadow': '' }),
      ends: (host) => assert.equal(hashOf(host, 'ann'), '$6$new$y'),
    },
    {
      from: 'no /etc/shadow',
      change: { kind: 'password', user: 'ann', hash: '$6$new$y' },
      machine: () =>
        memoryHost({ files: { '/etc/passwd': tables['/etc/passwd'], '/etc/group': tables['/etc/group'] } }),
      refused: /there is no \/etc\/shadow to keep its hash in/,
    },
  ],
  'plain-password': [
    {
      from: 'another password',
      change: { kind: 'plain-password', user: 'ann', password: 'secret' },
      machine: () => machine(),
      ends: (host) => assert.match(hashOf(host, 'ann') ?? '', /^\$y\$of\$/),
    },
  ],
  'expired-password': [
    {
      from: 'a password that was changed today',
      change: { kind: 'expired-password', user: 'ann' },
      machine: () => machine(),
      ends: (host) => assert.match(host.text('/etc/shadow') ?? '', /^ann:[^:]*:0:/m),
    },
  ],
  locked: [
    {
      from: 'a password',
      change: { kind: 'locked', user: 'ann', locked: true },
      machine: () => machine(),
      ends: (host) => assert.equal(hashOf(host, 'ann'), '!$6$old$x'),
    },
    {
      from: 'an empty password',
      change: { kind: 'locked', user: 'ann', locked: true },
      machine: () => machine({ '/etc/shadow': 'ann::20000::::::\n' }),
      ends: (host) => assert.equal(hashOf(host, 'ann'), '!'),
    },
    {
      from: 'a lock',
      change: { kind: 'locked', user: 'ann', locked: false },
      machine: () => machine({ '/etc/shadow': 'ann:!$6$old$x:20000::::::\n' }),
      ends: (host) => assert.equal(hashOf(host, 'ann'), '$6$old$x'),
    },
    {
      from: 'a password that is locked twice',
      change: { kind: 'locked', user: 'ann', locked: false },
      machine: () => machine({ '/etc/shadow': 'ann:!!$6$old$x:20000::::::\n' }),
      ends: (host) => assert.equal(hashOf(host, 'ann'), '$6$old$x'),
    },
  ],
  sudoers: [
    {
      from: 'another rule, mode and owner',
      change: { kind: 'sudoers', path: '/etc/sudoers.d/a', content: 'ann ALL=(ALL) ALL\n' },
      machine: () =>
        machine(
          { '/etc/sudoers.d/a': 'ann ALL=(ALL) NOPASSWD:ALL\n' },
          { modes: { '/etc/sudoers.d/a': 0o666 }, owners: { '/etc/sudoers.d/a': '1000:1000' } },
        ),
      ends: (host) => {
        const { mode, uid, gid } = host.nodes.get('/etc/sudoers.d/a') ?? {};
        assert.deepEqual([host.text('/etc/sudoers.d/a'), mode, uid, gid], ['ann ALL=(ALL) ALL\n', 0o440, 0, 0]);
      },
    },
    {
      from: 'the rule with another mode',
      change: { kind: 'sudoers', path: '/etc/sudoers.d/a', content: 'ann ALL=(ALL) ALL\n' },
      machine: () => machine({ '/etc/sudoers.d/a': 'ann ALL=(ALL) ALL\n' }, { modes: { '/etc/sudoers.d/a': 0o644 } }),
      ends: (host) => assert.equal(host.mode('/etc/sudoers.d/a'), '0440'),
    },
    {
      from: 'a main file that does not read the directory',
      change: { kind: 'sudoers', path: '/etc/sudoers.d/a', content: 'ann ALL=(ALL) ALL\n' },
      machine: () => machine({ '/etc/sudoers.d/a': 'ann ALL=(ALL) ALL\n', '/etc/sudoers': '##includedir /x\n' }),
      ends: (host) => assert.equal(host.text('/etc/sudoers'), '##includedir /x\n#includedir /etc/sudoers.d\n'),
    },
  ],
  'removed-user': [
    {
      from: 'two lines of the account, and a home that another account shares',
      change: { kind: 'removed-user', name: 'ann' },
      machine: () =>
        machine({
          '/etc/passwd': `${tables['/etc/passwd']}ann:x:1001:1000::/home/ann:/bin/sh\nbob:x:1002:4::/home/ann:/bin/sh\n`,
          '/etc/subuid': 'ann:1:1\nanna:2:2\n',
          '/home/ann/kept': 'x',
        }),
      ends: (host) => {
        assert.doesNotMatch(host.text('/etc/passwd') ?? '', /^ann:/m);
        assert.deepEqual([host.text('/etc/subuid'), host.nodes.has('/home/ann/kept')], ['anna:2:2\n', true]);
      },
    },
  ],
};
