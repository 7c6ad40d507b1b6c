import assert from 'node:assert/strict';
import type { FstabEntry } from '../../../agent/engine/kinds/storage.ts';
import { memoryHost } from '../memory-host.ts';
import type { DirtyStarts } from './dirty-start.ts';

const passwd = {
  '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n',
  '/etc/group': 'root:x:0:\nann:x:1000:\n',
};
const entry: FstabEntry = { spec: '/dev/vdb', file: '/data', type: 'xfs', options: 'nofail', dump: '0', pass: '2' };
const line = '/dev/vdb\t/data\txfs\tnofail\t0\t2\n';
const secret = { mode: 0o600, owner: 'root', group: 'root' } as const;

/** Starts of the kinds that handle files and lines of files. */
export const fileStarts: Pick<
  DirtyStarts,
  | 'file'
  | 'directory'
  | 'link'
  | 'absent'
  | 'edit'
  | 'removed'
  | 'emptied'
  | 'without-lines'
  | 'download'
  | 'repository'
> = {
  file: [
    {
      from: 'other content, mode and owner',
      change: { kind: 'file', path: '/etc/a', content: 'new\n', ...secret },
      machine: () =>
        memoryHost({
          files: { ...passwd, '/etc/a': 'old\n' },
          modes: { '/etc/a': 0o666 },
          owners: { '/etc/a': '1000:1000' },
        }),
      ends: (host) => {
        const { mode, uid, gid } = host.nodes.get('/etc/a') ?? {};
        assert.deepEqual([host.text('/etc/a'), mode, uid, gid], ['new\n', 0o600, 0, 0]);
      },
    },
    {
      from: 'the same content with another mode',
      change: { kind: 'file', path: '/etc/a', content: 'new\n', ...secret },
      machine: () => memoryHost({ files: { '/etc/a': 'new\n' }, modes: { '/etc/a': 0o644 } }),
      ends: (host) => assert.equal(host.mode('/etc/a'), '0600'),
    },
    {
      from: 'the same content of another owner and group',
      change: { kind: 'file', path: '/etc/a', content: 'new\n', mode: 0o644, owner: 'ann', group: 'ann' },
      machine: () => memoryHost({ files: { ...passwd, '/etc/a': 'new\n' } }),
      ends: (host) => assert.deepEqual([host.nodes.get('/etc/a')?.uid, host.nodes.get('/etc/a')?.gid], [1000, 1000]),
    },
    {
      from: 'a link to a file with the same content and another mode',
      change: { kind: 'file', path: '/etc/a', content: 'new\n', ...secret },
      machine: () =>
        memoryHost({ files: { '/srv/a': 'new\n' }, links: { '/etc/a': '../srv/a' }, modes: { '/srv/a': 0o644 } }),
      ends: (host) => assert.deepEqual([host.mode('/srv/a'), host.nodes.get('/etc/a')?.target], ['0600', '../srv/a']),
    },
    {
      from: 'a link to nothing',
      change: { kind: 'file', path: '/etc/a', content: 'new\n', mode: 0o644 },
      machine: () => memoryHost({ links: { '/etc/a': '/srv/a' } }),
      ends: (host) => assert.equal(host.text('/srv/a'), 'new\n'),
    },
    {
      from: 'a directory',
      change: { kind: 'file', path: '/etc/a', content: 'new\n' },
      machine: () => memoryHost({ files: { '/etc/a/kept': 'x' } }),
      refused: /^\/etc\/a is not a file but a directory$/,
    },
    {
      from: 'a file to append to, without a newline at its end',
      change: { kind: 'file', path: '/etc/a', content: 'more\n', append: true },
      machine: () => memoryHost({ files: { '/etc/a': 'old' } }),
      ends: (host) => assert.equal(host.text('/etc/a'), 'oldmore\n'),
    },
    {
      from: 'a file to append to, with other mode and owner, which stay',
      change: { kind: 'file', path: '/etc/a', content: 'more\n', append: true },
      machine: () =>
        memoryHost({
          files: { ...passwd, '/etc/a': 'old\n' },
          modes: { '/etc/a': 0o640 },
          owners: { '/etc/a': '1000:1000' },
        }),
      ends: (host) => {
        const { mode, uid } = host.nodes.get('/etc/a') ?? {};
        assert.deepEqual([host.text('/etc/a'), mode, uid], ['old\nmore\n', 0o640, 1000]);
      },
    },
    {
      from: 'a file that holds the appended text, but not at its end',
      change: { kind: 'file', path: '/etc/a', content: 'more\n', append: true },
      machine: () => memoryHost({ files: { '/etc/a': 'more\nlast\n' } }),
      ends: (host) => assert.equal(host.text('/etc/a'), 'more\nlast\nmore\n'),
    },
    {
      from: 'a file that ends with the appended text, with another mode',
      change: { kind: 'file', path: '/etc/a', content: 'more\n', append: true, ...secret },
      machine: () => memoryHost({ files: { '/etc/a': 'old\nmore\n' }, modes: { '/etc/a': 0o644 } }),
      ends: (host) => assert.deepEqual([host.text('/etc/a'), host.mode('/etc/a')], ['old\nmore\n', '0600']),
    },
    {
      from: 'bytes that are not UTF-8, to append to',
      change: { kind: 'file', path: '/etc/a', content: 'é\n', append: true },
      machine: () => memoryHost({ files: { '/etc/a': Buffer.from('\xff\n', 'latin1') } }),
      ends: (host) =>
        assert.deepEqual(Buffer.from(host.nodes.get('/etc/a')?.bytes ?? []), Buffer.from('\xff\n\xc3\xa9\n', 'latin1')),
    },
  ],
  directory: [
    {
      from: 'another mode and owner',
      change: { kind: 'directory', path: '/srv/a', mode: 0o700, owner: 'ann', group: 'ann' },
      machine: () => memoryHost({ files: { ...passwd, '/srv/a/kept': 'x' } }),
      ends: (host) => {
        const { mode, uid, gid } = host.nodes.get('/srv/a') ?? {};
        assert.deepEqual([mode, uid, gid, host.text('/srv/a/kept')], [0o700, 1000, 1000, 'x']);
      },
    },
    {
      from: 'a link to a directory of another mode, as /mnt is in image mode',
      change: { kind: 'directory', path: '/mnt', mode: 0o750 },
      machine: () => memoryHost({ directories: ['/var/mnt'], links: { '/mnt': 'var/mnt' } }),
      ends: (host) => assert.deepEqual([host.mode('/var/mnt'), host.nodes.get('/mnt')?.type], ['0750', 'link']),
    },
    {
      from: 'a file',
      change: { kind: 'directory', path: '/srv/a' },
      machine: () => memoryHost({ files: { '/srv/a': 'x' } }),
      refused: /^\/srv\/a is not a directory but a file$/,
    },
  ],
  link: [
    {
      from: 'a link to elsewhere',
      change: { kind: 'link', path: '/etc/a', target: '/srv/a' },
      machine: () => memoryHost({ links: { '/etc/a': '/srv/b' } }),
      ends: (host) => assert.equal(host.nodes.get('/etc/a')?.target, '/srv/a'),
    },
    {
      from: 'a file',
      change: { kind: 'link', path: '/etc/a', target: '/srv/a' },
      machine: () => memoryHost({ files: { '/etc/a': 'x' } }),
      ends: (host) => assert.equal(host.nodes.get('/etc/a')?.target, '/srv/a'),
    },
    {
      from: 'a directory with content',
      change: { kind: 'link', path: '/etc/a', target: '/srv/a' },
      machine: () => memoryHost({ files: { '/etc/a/kept': 'x' } }),
      refused: /^\/etc\/a is a folder$/,
    },
  ],
  absent: [
    {
      from: 'a directory with content',
      change: { kind: 'absent', path: '/etc/a' },
      machine: () => memoryHost({ files: { '/etc/a/b/c': 'x', '/etc/ab': 'kept' } }),
      ends: (host) => assert.deepEqual([host.nodes.has('/etc/a'), host.text('/etc/ab')], [false, 'kept']),
    },
    {
      from: 'a link to a directory, which stays',
      change: { kind: 'absent', path: '/etc/a' },
      machine: () => memoryHost({ files: { '/srv/kept': 'x' }, links: { '/etc/a': '/srv' } }),
      ends: (host) => assert.deepEqual([host.nodes.has('/etc/a'), host.text('/srv/kept')], [false, 'x']),
    },
  ],
  edit: [
    {
      from: 'two lines of one mount point, of which the second has a trailing slash',
      change: { kind: 'edit', path: '/etc/fstab', edit: { syntax: 'fstab', put: entry } },
      machine: () =>
        memoryHost({
          files: {
            '/etc/fstab': '#/dev/vdc /data ext4\n/dev/vdc /data ext4 rw 0 0\nUUID=a / xfs\n/dev/vdd /data/ ext3\n',
          },
          programs: { findmnt: () => '' },
        }),
      ends: (host) => assert.equal(host.text('/etc/fstab'), `#/dev/vdc /data ext4\n${line}UUID=a / xfs\n`),
    },
    {
      from: 'our line twice',
      change: { kind: 'edit', path: '/etc/fstab', edit: { syntax: 'fstab', put: entry } },
      machine: () => memoryHost({ files: { '/etc/fstab': `${line}${line}` }, programs: { findmnt: () => '' } }),
      ends: (host) => assert.equal(host.text('/etc/fstab'), line),
    },
    {
      from: 'another mode and owner of the file, which stay',
      change: { kind: 'edit', path: '/etc/fstab', edit: { syntax: 'fstab', put: entry } },
      machine: () =>
        memoryHost({
          files: { '/etc/fstab': '' },
          modes: { '/etc/fstab': 0o640 },
          owners: { '/etc/fstab': '0:6' },
          programs: { findmnt: () => '' },
        }),
      ends: (host) => assert.deepEqual([host.mode('/etc/fstab'), host.nodes.get('/etc/fstab')?.gid], ['0640', 6]),
    },
    {
      from: 'a line that appears twice',
      change: { kind: 'edit', path: '/etc/a', edit: { syntax: 'lines', drop: 'key ', put: 'key new' } },
      machine: () => memoryHost({ files: { '/etc/a': 'key old\nrest\nkey new\nkey other' } }),
      ends: (host) => assert.equal(host.text('/etc/a'), 'key new\nrest\n'),
    },
    {
      from: 'a macro that is set twice, once over two lines',
      change: { kind: 'edit', path: '/etc/a', edit: { syntax: 'condor', set: { A: '2' } } },
      machine: () => memoryHost({ files: { '/etc/a': 'a = 1 \\\n  more\nB = 3\nA = 1\n' } }),
      ends: (host) => assert.equal(host.text('/etc/a'), 'B = 3\nA = 2\n'),
    },
    {
      from: 'a variable that is set twice',
      change: { kind: 'edit', path: '/etc/a', edit: { syntax: 'shell', set: { A: '2' } } },
      machine: () => memoryHost({ files: { '/etc/a': 'A=0\nexport A=1\nB=3' } }),
      ends: (host) => assert.equal(host.text('/etc/a'), 'A=2\nB=3\n'),
    },
    {
      from: 'two lines of this machine’s address',
      change: { kind: 'edit', path: '/etc/hosts', edit: { syntax: 'hosts', address: '10.0.0.5', names: ['new'] } },
      machine: () => memoryHost({ files: { '/etc/hosts': '10.0.0.5 old\n10.0.0.50 other\n10.0.0.5 older\n' } }),
      ends: (host) => {
        const lines = (host.text('/etc/hosts') ?? '').split('\n').filter((each) => !each.startsWith('#'));
        assert.deepEqual(lines, ['10.0.0.5 new', '10.0.0.50 other', '']);
      },
    },
    {
      from: 'a variable of sysconfig that is set twice',
      change: { kind: 'edit', path: '/etc/a', edit: { syntax: 'sysconfig', name: 'A', value: '2' } },
      machine: () => memoryHost({ files: { '/etc/a': 'MY_A=0\nA=0\nA=1\n' } }),
      ends: (host) => assert.equal(host.text('/etc/a'), 'MY_A=0\nA=2\n'),
    },
    {
      from: 'time sources of the distribution, and the allowed network twice',
      change: {
        kind: 'edit',
        path: '/etc/a',
        edit: { syntax: 'chrony', sources: ['server b'], allow: ['10.0.0.0/8'] },
      },
      machine: () =>
        memoryHost({ files: { '/etc/a': 'pool a\ndriftfile /d\nserver a\nallow 10.0.0.0/8\nallow 10.0.0.0/8\n' } }),
      ends: (host) => assert.equal(host.text('/etc/a'), 'server b\ndriftfile /d\nallow 10.0.0.0/8\nallow 10.0.0.0/8\n'),
    },
    {
      from: 'a setting of sshd that is set twice and again below Match',
      change: { kind: 'edit', path: '/etc/a', edit: { syntax: 'sshd', keyword: 'X', value: 'no' } },
      machine: () => memoryHost({ files: { '/etc/a': 'x yes\nX maybe\nMatch all\nX yes\n' } }),
      ends: (host) => assert.equal(host.text('/etc/a'), 'X no\nX maybe\nMatch all\nX yes\n'),
    },
  ],
  removed: [
    {
      from: 'files, a directory and a link that match',
      change: { kind: 'removed', globs: ['/srv/a*'], except: ['/srv/ab'] },
      machine: () =>
        memoryHost({ files: { '/srv/a': '', '/srv/aa/b': '', '/srv/ab': '', '/k': 'x' }, links: { '/srv/ac': '/k' } }),
      ends: (host) =>
        assert.deepEqual(
          [[...host.nodes.keys()].filter((path) => path.startsWith('/srv/')), host.text('/k')],
          [['/srv/ab'], 'x'],
        ),
    },
  ],
  emptied: [
    {
      from: 'content, another mode, and a link',
      change: { kind: 'emptied', globs: ['/var/log/*'] },
      machine: () =>
        memoryHost({
          files: { '/var/log/a': 'x', '/k': 'x' },
          links: { '/var/log/b': '/k' },
          modes: { '/var/log/a': 0o640 },
        }),
      ends: (host) =>
        assert.deepEqual([host.text('/var/log/a'), host.mode('/var/log/a'), host.text('/k')], ['', '0640', 'x']),
    },
  ],
  'without-lines': [
    {
      from: 'the line twice, once as the last without a newline',
      change: { kind: 'without-lines', globs: ['/etc/a'], lines: 'gone' },
      machine: () => memoryHost({ files: { '/etc/a': 'gone 1\nkept gone\ngone 2' }, modes: { '/etc/a': 0o600 } }),
      ends: (host) => assert.deepEqual([host.text('/etc/a'), host.mode('/etc/a')], ['kept gone\n', '0600']),
    },
  ],
  download: [
    {
      from: 'other content, mode and owner',
      change: { kind: 'download', path: '/etc/a', url: 'http://h/a', ...secret },
      machine: () =>
        memoryHost({
          files: { '/etc/a': 'old' },
          modes: { '/etc/a': 0o666 },
          owners: { '/etc/a': '1000:1000' },
          web: { 'GET http://h/a': 'new' },
        }),
      ends: (host) => {
        const { mode, uid, gid } = host.nodes.get('/etc/a') ?? {};
        assert.deepEqual([host.text('/etc/a'), mode, uid, gid], ['new', 0o600, 0, 0]);
      },
    },
    {
      from: 'a directory',
      change: { kind: 'download', path: '/etc/a', url: 'http://h/a' },
      machine: () => memoryHost({ files: { '/etc/a/kept': 'x' }, web: { 'GET http://h/a': 'new' } }),
      refused: /^\/etc\/a is not a file but a directory$/,
    },
  ],
  repository: [
    {
      from: 'a file from another source that only root can read, which is kept as it was',
      change: { kind: 'repository', path: '/etc/yum.repos.d/a.repo', content: '# Made by bootagent\n[a]\n' },
      machine: () =>
        memoryHost({
          files: { '/etc/yum.repos.d/a.repo': Buffer.from('[a]\npassword=\xe9\n', 'latin1') },
          modes: { '/etc/yum.repos.d/a.repo': 0o600 },
          owners: { '/etc/yum.repos.d/a.repo': '0:7' },
        }),
      ends: (host) => {
        const { bytes = [], mode, gid } = host.nodes.get('/etc/yum.repos.d/a.repo.before-bootagent') ?? {};
        assert.deepEqual([Buffer.from(bytes).toString('latin1'), mode, gid], ['[a]\npassword=\xe9\n', 0o600, 7]);
        assert.equal(host.mode('/etc/yum.repos.d/a.repo'), '0644');
      },
    },
    {
      from: 'our file with another mode',
      change: { kind: 'repository', path: '/etc/yum.repos.d/a.repo', content: '# Made by bootagent\n[a]\n' },
      machine: () =>
        memoryHost({
          files: { '/etc/yum.repos.d/a.repo': '# Made by bootagent\n[a]\n' },
          modes: { '/etc/yum.repos.d/a.repo': 0o600 },
        }),
      ends: (host) => assert.equal(host.mode('/etc/yum.repos.d/a.repo'), '0644'),
    },
  ],
};
