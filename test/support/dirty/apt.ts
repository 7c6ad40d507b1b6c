import assert from 'node:assert/strict';
import { dearmored } from '../../../agent/resources/packages/openpgp.ts';
import { memoryHost } from '../memory-host.ts';
import { armoredKey } from '../openpgp.ts';
import type { DirtyStarts } from './dirty-start.ts';

const url = 'https://keys.example.org/key.asc';
const path = '/etc/apt/trusted.gpg.d/a.gpg';

/** Starts of the kinds that configure apt. */
export const aptStarts: Pick<DirtyStarts, 'apt-key' | 'apt-archive' | 'debconf'> = {
  'apt-key': [
    {
      from: 'another key with another mode',
      change: { kind: 'apt-key', path, url },
      machine: () =>
        memoryHost({ files: { [path]: 'old' }, modes: { [path]: 0o600 }, web: { [`GET ${url}`]: armoredKey } }),
      ends: (host) => {
        assert.deepEqual(Buffer.from(host.nodes.get(path)?.bytes ?? []), Buffer.from(dearmored(armoredKey)));
        assert.equal(host.mode(path), '0644');
      },
    },
  ],
  'apt-archive': [
    {
      from: 'an archive that was added by hand',
      change: { kind: 'apt-archive', source: 'ppa:a/b' },
      machine: () =>
        memoryHost({
          files: { '/etc/apt/sources.list.d/a-b.list': 'deb x\n' },
          programs: { 'add-apt-repository': () => '' },
        }),
      ends: (host) => assert.deepEqual(host.did, ['run add-apt-repository --yes --no-update ppa:a/b']),
    },
  ],
  debconf: [
    {
      from: 'other answers',
      change: { kind: 'debconf', selections: 'a a/b select c' },
      machine: () => memoryHost({ programs: { 'debconf-set-selections': () => '' } }),
      ends: (host) => assert.deepEqual(host.did, ['run debconf-set-selections']),
    },
  ],
};
