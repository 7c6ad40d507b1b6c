import assert from 'node:assert/strict';
import type { HostKeysChange } from '../../../agent/engine/kinds/accounts.ts';
import { type Given, memoryHost } from '../memory-host.ts';
import { peopled } from '../people/memory-accounts.ts';
import { keygenOf, keyOf, rsaPair } from '../ssh-keys.ts';
import type { DirtyStarts } from './dirty-start.ts';

const file = '/home/ann/.ssh/authorized_keys';
const home: Given = {
  directories: ['/home/ann'],
  modes: { '/home/ann': 0o700 },
  owners: { '/home/ann': '1000:1000' },
  files: { '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n' },
};
const machine = (own: Given = {}) =>
  memoryHost(
    peopled({
      ...home,
      ...own,
      files: { ...home.files, ...own.files },
      modes: { ...home.modes, ...own.modes },
      owners: { ...home.owners, ...own.owners },
    }),
  );
const attributes = (host: ReturnType<typeof memoryHost>, path: string): string => {
  const { mode = 0, uid, gid } = host.nodes.get(path) ?? {};
  return `${mode.toString(8)} ${uid}:${gid}`;
};

const [old, made] = [rsaPair(), rsaPair()];
const rsa = '/etc/ssh/ssh_host_rsa_key';
const record = '/var/lib/bootagent/host-keys';
const wanted: HostKeysChange = { kind: 'host-keys', types: ['rsa'], machine: 'uuid me', fresh: false, given: [] };
const keyed = (own: Given = {}) =>
  machine({
    ...own,
    programs: { 'ssh-keygen': keygenOf(() => made) },
    files: { [rsa]: old.secret, [`${rsa}.pub`]: old.shown, [record]: 'uuid me\n', ...own.files },
    modes: { [rsa]: 0o600, ...own.modes },
  });
const sshd = (files: Given['files']) =>
  machine({ files: { '/usr/sbin/sshd': '', ...files }, programs: { '/usr/sbin/sshd': () => '' } });

/** Starts of the kinds that handle SSH. */
export const sshStarts: Pick<
  DirtyStarts,
  'authorized-keys' | 'host-keys' | 'sshd' | 'inherited-keys' | 'imported-keys'
> = {
  'imported-keys': [
    {
      from: 'other keys, which stay',
      change: { kind: 'imported-keys', user: 'ann', id: 'gh:ann', url: 'https://keys.example.org/ann.keys' },
      machine: () =>
        machine({ files: { [file]: `${keyOf(2)} other` }, web: { 'GET https://keys.example.org/ann.keys': keyOf(1) } }),
      ends: (host) => assert.equal(host.text(file), `${keyOf(2)} other\n${keyOf(1)} # ssh-import-id gh:ann\n`),
    },
  ],
  'authorized-keys': [
    {
      from: 'other keys, modes and owners',
      change: { kind: 'authorized-keys', user: 'ann', keys: [keyOf(1)] },
      machine: () =>
        machine({ files: { [file]: `${keyOf(2)} other` }, modes: { '/home/ann/.ssh': 0o755, [file]: 0o644 } }),
      ends: (host) => {
        assert.equal(host.text(file), `${keyOf(2)} other\n${keyOf(1)}\n`);
        assert.deepEqual(
          ['/home/ann/.ssh', file].map((path) => attributes(host, path)),
          ['700 1000:1000', '600 1000:1000'],
        );
      },
    },
    {
      from: 'the key with a wrong owner of its file',
      change: { kind: 'authorized-keys', user: 'ann', keys: [keyOf(1)] },
      machine: () =>
        machine({
          files: { [file]: `${keyOf(1)}\n` },
          modes: { '/home/ann/.ssh': 0o700, [file]: 0o600 },
          owners: { '/home/ann/.ssh': '1000:1000' },
        }),
      ends: (host) => assert.equal(attributes(host, file), '600 1000:1000'),
    },
    {
      from: 'the key twice, once for a redirect to another user',
      change: { kind: 'authorized-keys', user: 'ann', keys: [keyOf(1)] },
      machine: () =>
        machine({
          files: {
            [file]: `command="echo 'Please login as the user'" ${keyOf(1)} a\n# kept\n${keyOf(1)} b\n`,
          },
        }),
      ends: (host) => assert.equal(host.text(file), `${keyOf(1)}\n# kept\n`),
    },
    {
      from: 'a file that is a link',
      change: { kind: 'authorized-keys', user: 'ann', keys: [keyOf(1)] },
      machine: () => machine({ files: { '/etc/kept': 'x' }, links: { [file]: '/etc/kept' } }),
      refused: /is a link, in or for the home of ann, and is not followed$/,
    },
  ],
  'host-keys': [
    {
      from: 'the keys of another machine',
      change: wanted,
      machine: () => keyed({ files: { [record]: 'uuid another\n' } }),
      ends: (host) => assert.deepEqual([host.text(rsa), attributes(host, rsa)], [made.secret, '600 0:0']),
    },
    {
      from: 'a key that others can read',
      change: wanted,
      machine: () => keyed({ modes: { [rsa]: 0o644 } }),
      ends: (host) => assert.deepEqual([host.text(rsa), attributes(host, rsa)], [old.secret, '600 0:0']),
    },
    {
      from: 'a key that another user owns',
      change: wanted,
      machine: () => keyed({ owners: { [rsa]: '1000:1000' } }),
      ends: (host) => assert.deepEqual([host.text(rsa), attributes(host, rsa)], [old.secret, '600 0:0']),
    },
    {
      from: 'the public half of another key',
      change: wanted,
      machine: () => keyed({ files: { [`${rsa}.pub`]: made.shown } }),
      ends: (host) => assert.equal(host.text(rsa), old.secret),
    },
    {
      from: 'a damaged key',
      change: wanted,
      machine: () => keyed({ files: { [rsa]: old.secret.slice(0, 200) } }),
      ends: (host) => assert.equal(host.text(rsa), made.secret),
    },
  ],
  sshd: [
    {
      from: 'two other values in our file',
      change: { kind: 'sshd', keyword: 'PermitRootLogin', value: 'no' },
      machine: () =>
        sshd({
          '/etc/ssh/sshd_config.d/01-bootagent.conf': 'permitrootlogin yes\nX y\nPermitRootLogin maybe\n',
        }),
      ends: (host) =>
        assert.match(host.text('/etc/ssh/sshd_config.d/01-bootagent.conf') ?? '', /^PermitRootLogin no\nX y\n/),
    },
    {
      from: 'another value in a file that sshd reads first',
      change: { kind: 'sshd', keyword: 'PermitRootLogin', value: 'no' },
      machine: () => sshd({ '/etc/ssh/sshd_config.d/00-image.conf': 'PermitRootLogin yes\n' }),
      ends: (host) => assert.match(host.text('/etc/ssh/sshd_config') ?? '', /^PermitRootLogin no\nInclude /),
    },
  ],
  'inherited-keys': [
    {
      from: 'a key that the image brought',
      change: { kind: 'inherited-keys', known: [keyOf(1)] },
      machine: () => machine({ files: { [file]: `${keyOf(1)}\n${keyOf(2)} old@image\n` } }),
      ends: (host) => assert.equal(host.text(file), `${keyOf(1)}\n${keyOf(2)} old@image\n`),
    },
  ],
};
