import assert from 'node:assert/strict';
import { guestInterface } from './network.ts';
import type { Release } from './trees.ts';

/** A failure that a user or a site brings into a boot. */
export interface Seeded {
  readonly release?: Release;
  /** Cloud-config of a NoCloud seed; without it the machine has no seed. */
  readonly userData?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Units of `files` to enable. */
  readonly enable?: readonly string[];
  /** Further commands whose output the probe records, by name. */
  readonly probe?: Readonly<Record<string, string>>;
  /** Words that each view must have. */
  readonly cause: readonly string[];
  readonly state: 'done' | 'problems' | 'failed';
  /** Asserts what the recorded outputs must show besides. */
  also?(recorded: Readonly<Record<string, string>>): void;
}

/** A secret in some of the seeds, which no view may show. */
export const secret = 'S3cr3t-Pa55';

const seed = '/var/lib/cloud/seed/nocloud';
/** A repository without packages, so that no mirror is asked. */
const emptyRepository = { '/etc/apt/sources.list': 'deb [trusted=yes] file:/srv/repo ./\n', '/srv/repo/Packages': '' };

const lockFile = '/var/lib/dpkg/lock-frontend';
/** Locks the file as apt does: struct flock has a type, a whence, a start and a length. */
const lockScript = [
  'use Fcntl;',
  `open(my $lock, "+>>", "${lockFile}") or die;`,
  'my $whole = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0);',
  'fcntl($lock, F_SETLK, $whole) or die;',
  'open(my $done, ">", "/run/locked") or die;',
  'sleep 600;',
  '',
].join('\n');
/** Counts as started when it has the lock. */
const holder = [
  '[Unit]',
  'Before=bootagent-final.service',
  '[Service]',
  'ExecStart=/usr/bin/perl /srv/hold-lock',
  "ExecStartPost=/bin/sh -c 'until [ -e /run/locked ]; do sleep 0.1; done'",
].join('\n');
/** Records the first status that shows the wait. */
const watcher = [
  '[Service]',
  "ExecStart=/bin/sh -c 'for try in $(seq 200); do bootagent status | tee /run/now | grep waiting && exit; sleep 0.2; done'",
  'StandardOutput=file:/run/live',
].join('\n');
const wanted = '\n[Install]\nWantedBy=multi-user.target\n';

/** The longest boot is the first: several run at the same time. */
export const seeds: Readonly<Record<string, Seeded>> = {
  'dead-url': {
    userData: 'write_files:\n  - path: /etc/app.conf\n    source: {uri: "http://10.161.7.1:9/app.conf"}\n',
    cause: ['user-data:3:5: write_files[0]: GET http://10.161.7.1:9/app.conf: the connection was refused'],
    state: 'failed',
  },
  'failing-command': {
    release: 'trixie',
    userData: `runcmd:\n  - echo begin\n  - DB_PASSWORD=${secret} /opt/app/setup --now\n  - echo end\n`,
    cause: ['runcmd[1] (2 of 3)', '/opt/app/setup --now', 'exit 127 (command not found)', 'user-data:4'],
    state: 'problems',
  },
  'unknown-package': {
    release: 'trixie',
    userData: 'packages:\n  - no-such-package\n',
    files: emptyRepository,
    cause: ['user-data:3:5: packages[0]', 'Unable to locate package no-such-package'],
    state: 'failed',
  },
  'mistyped-key': {
    userData: 'timezne: Europe/Rome\n',
    cause: ['user-data:2:1: timezne: no such key', 'did you mean "timezone"?'],
    state: 'done',
  },
  'typo-in-a-mode': {
    userData: `write_files:\n  - path: /etc/app.key\n    permission: "0600"\n    content: ${secret}\n`,
    probe: { key: 'ls /etc/app.key' },
    cause: ['user-data:4:5: write_files[0].permission: no such setting', '"permissions"'],
    state: 'problems',
    also: ({ key }) => assert.match(key ?? '', /No such file/),
  },
  'unreachable-metadata': {
    files: {
      '/etc/bootagent/conf.d/50-source.yaml':
        'datasource_list: [OpenStack]\ndatasource: {OpenStack: {max_wait: 2, timeout: 1}}\n',
    },
    cause: ['No metadata: openstack (http://169.254.169.254) did not answer', 'bootagent detect'],
    state: 'failed',
  },
  'wrong-key': {
    userData:
      'users:\n  - default\n  - name: ann\n    ssh_authorized_keys:\n      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xi ann@laptop\n',
    cause: ['user-data:6:9: users[1].ssh_authorized_keys[0]'],
    state: 'problems',
  },
  'full-disk': {
    release: 'trixie',
    userData: `write_files:\n  - path: /srv/small/data\n    content: ${'x'.repeat(200_000)}\n`,
    files: { '/etc/fstab': 'tmpfs /srv/small tmpfs size=64k 0 0\n' },
    cause: ['user-data:3:5: write_files[0]: Cannot write /srv/small/data: the disk is full'],
    state: 'failed',
  },
  'missing-mount-device': {
    userData: 'mounts:\n  - [/dev/vdz, /data, ext4]\n',
    cause: ['user-data:3:5: mounts[0]: /data is not mounted: there is no /dev/vdz'],
    state: 'done',
  },
  'bad-network-config': {
    userData: 'runcmd: [echo ran]\n',
    files: {
      [`${seed}/network-config`]: `version: 2\nethernets:\n  ${guestInterface}:\n    addresses: [10.161.7.999/24]\n`,
    },
    cause: [`ethernets.${guestInterface}.addresses: "10.161.7.999/24" is not valid`],
    state: 'done',
  },
  'held-lock': {
    userData: 'package_lock_timeout: 8s\npackages: [sl]\n',
    files: {
      ...emptyRepository,
      '/srv/hold-lock': lockScript,
      '/etc/systemd/system/hold-lock.service': holder + wanted,
      '/etc/systemd/system/live.service': watcher + wanted,
    },
    enable: ['hold-lock.service', 'live.service'],
    probe: { live: 'cat /run/live', journal: 'journalctl --boot --no-pager -t bootagent --output=cat' },
    cause: [`still holds ${lockFile}`, 'perl (process '],
    state: 'failed',
    also({ live = '', journal = '' }) {
      const wait = /waiting for the apt lock held by perl \(process \d+\)/;
      assert.match(live, new RegExp(`^now {9}packages: ${wait.source}, \\d+ s$`, 'm'));
      assert.match(journal, new RegExp(`${wait.source} \\.\\.\\.$[\\s\\S]*${wait.source} took \\d+ s$`, 'm'));
    },
  },
  'hanging-script': {
    release: 'trixie',
    userData: 'runcmd_timeout: 3s\nruncmd:\n  - echo begin\n  - sleep 600\n  - echo end\n',
    cause: ['runcmd[1] (2 of 3)', 'sleep 600', 'stopped by the time limit of', 'user-data:5'],
    state: 'problems',
  },
};
