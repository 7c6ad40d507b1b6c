import assert from 'node:assert/strict';
import { dnfMachine } from '../dnf-machine.ts';
import { type Given, type MemoryHost, memoryHost } from '../memory-host.ts';
import { memoryLedger } from '../memory-ledger.ts';
import type { DirtyStarts } from './dirty-start.ts';

const ran =
  (...lines: readonly string[]) =>
  (host: MemoryHost): void =>
    assert.deepEqual(
      host.did.filter((each) => /^(?:run|item|POST) /.test(each)),
      lines,
    );
const began = (key: string) => () => {
  const ledger = memoryLedger();
  ledger.records.set(key, [{ is: 'began', of: 'x' }]);
  return ledger;
};
const pending = (key: string) => () => {
  const ledger = memoryLedger();
  ledger.owed.add(key);
  return ledger;
};

const unit = '[Unit]\n\n[Install]\nWantedBy=multi-user.target\n';
const wants = '/etc/systemd/system/multi-user.target.wants/a.service';
const image = (own: Given = {}) =>
  memoryHost({ offline: true, ...own, files: { '/usr/lib/systemd/system/a.service': unit, ...own.files } });

/** Returns a machine on which a unit is in this state until systemctl starts or stops it. */
function running(state: string): MemoryHost {
  let active = state;
  return memoryHost({
    programs: {
      systemctl: (words) => {
        if (words.includes('start')) active = 'active';
        if (words.includes('stop')) active = 'inactive';
        return words.includes('show') ? `ActiveState=${active}\n` : '';
      },
    },
  });
}

const locales = (names: string, own: Given = {}) => {
  let known = names;
  return memoryHost({
    ...own,
    programs: {
      locale: () => known,
      'locale-gen': () => {
        known += 'de_CH.utf8\n';
        return '';
      },
    },
  });
};

const shut = { systemctl: () => '', 'systemd-run': () => '' };

/** Starts of the kinds that handle packages, units and the system as a whole. */
export const systemStarts: Pick<
  DirtyStarts,
  | 'packages'
  | 'package-files'
  | 'package-upkeep'
  | 'reboot-if-required'
  | 'rpm-key'
  | 'service'
  | 'running'
  | 'notify'
  | 'hostname'
  | 'timezone'
  | 'locale'
  | 'selinux'
  | 'cvmfs'
  | 'subscription'
  | 'script'
  | 'message'
  | 'phone-home'
  | 'request'
  | 'power'
  | 'random-seed'
  | 'wait'
> = {
  packages: [
    {
      from: 'some of the packages',
      change: { kind: 'packages', manager: 'dnf', names: ['a', 'b', 'c'] },
      machine: () => dnfMachine({ installed: ['b'], available: 'any' }),
      ends: (host) => assert.match(host.did.at(-1) ?? '', / install a c$/),
    },
  ],
  'package-files': [
    {
      from: 'a record that it began and did not end',
      change: { kind: 'package-files', manager: 'dnf', names: ['@dev'] },
      machine: () => dnfMachine({ available: 'any' }),
      ledger: began('x: package-files @dev'),
    },
  ],
  'package-upkeep': [
    {
      from: 'a record that it began and did not end',
      change: { kind: 'package-upkeep', manager: 'dnf', does: 'refresh' },
      machine: () => dnfMachine({ available: 'any' }),
      ledger: began('x: package-upkeep refresh'),
    },
  ],
  'reboot-if-required': [
    {
      from: 'a mark of the package manager',
      change: { kind: 'reboot-if-required', kernel: '5.14' },
      machine: () => memoryHost({ files: { '/run/reboot-required': '' }, programs: shut }),
      ends: ran('run systemctl --no-block reboot'),
    },
  ],
  'rpm-key': [
    {
      from: 'a record that it began and did not end',
      change: { kind: 'rpm-key', path: '/k' },
      machine: () => memoryHost({ programs: { rpm: () => '' } }),
      ledger: began('x: rpm-key /k'),
      ends: ran('run rpm --import /k'),
    },
  ],
  service: [
    {
      from: 'a link of another target and one that another file has',
      change: { kind: 'service', unit: 'a.service', boot: 'disabled' },
      machine: () =>
        image({ links: { [wants]: '/old/a.service', '/etc/systemd/system/rescue.target.wants/a.service': '/x' } }),
      ends: (host) =>
        assert.deepEqual(
          [...host.nodes.keys()].filter((path) => /wants\/a/.test(path)),
          [],
        ),
    },
    {
      from: 'a mask, which wins',
      change: { kind: 'service', unit: 'a.service', boot: 'enabled' },
      machine: () => image({ links: { '/etc/systemd/system/a.service': '/dev/null' } }),
      refused: /^a\.service is masked and cannot be enabled$/,
    },
    {
      from: 'a unit file of the administrator, which stays',
      change: { kind: 'service', unit: 'a.service', boot: 'masked' },
      machine: () => image({ files: { '/etc/systemd/system/a.service': unit } }),
      refused: /^\/etc\/systemd\/system\/a\.service is a unit file, not a link: it would be lost$/,
    },
    {
      from: 'a mask',
      change: { kind: 'service', unit: 'a.service', boot: 'unmasked' },
      machine: () => image({ links: { '/etc/systemd/system/a.service': '/dev/null', [wants]: '/x' } }),
      ends: (host) =>
        assert.deepEqual([host.nodes.has('/etc/systemd/system/a.service'), host.nodes.has(wants)], [false, true]),
    },
  ],
  running: [
    {
      from: 'a failed unit',
      change: { kind: 'running', unit: 'a.service', is: 'started' },
      machine: () => running('failed'),
      ends: ran('run systemctl --no-block start a.service'),
    },
    {
      from: 'a unit that starts at the moment',
      change: { kind: 'running', unit: 'a.service', is: 'stopped' },
      machine: () => running('activating'),
      ends: ran('run systemctl --no-block stop a.service'),
    },
  ],
  notify: [
    {
      from: 'a change whose notification a power loss prevented',
      change: {
        kind: 'notify',
        what: 'restart',
        unit: 'a.service',
        follows: { kind: 'file', path: '/etc/a', content: 'x' },
      },
      machine: () => memoryHost({ files: { '/etc/a': 'x' }, programs: { systemctl: () => '' } }),
      ledger: pending('x: notify a.service'),
      ends: ran('run systemctl --no-block try-restart a.service'),
    },
  ],
  hostname: [
    {
      from: 'another name, two lines and another name in the kernel',
      change: { kind: 'hostname', name: 'new' },
      machine: () => memoryHost({ files: { '/etc/hostname': '# old\nold\n', '/proc/sys/kernel/hostname': 'older\n' } }),
      ends: (host) =>
        assert.deepEqual([host.text('/etc/hostname'), host.text('/proc/sys/kernel/hostname')], ['new\n', 'new']),
    },
    {
      from: 'another name in the kernel alone',
      change: { kind: 'hostname', name: 'new' },
      machine: () => memoryHost({ files: { '/etc/hostname': 'new', '/proc/sys/kernel/hostname': 'old\n' } }),
      ends: (host) => assert.equal(host.text('/proc/sys/kernel/hostname'), 'new'),
    },
  ],
  timezone: [
    {
      from: 'a copy of the zone in place of the link',
      change: { kind: 'timezone', zone: 'Europe/Zurich' },
      machine: () => memoryHost({ files: { '/etc/localtime': 'TZif', '/usr/share/zoneinfo/Europe/Zurich': 'TZif' } }),
      ends: (host) => assert.equal(host.nodes.get('/etc/localtime')?.target, '../usr/share/zoneinfo/Europe/Zurich'),
    },
    {
      from: 'a zone whose name ends like the wanted one',
      change: { kind: 'timezone', zone: 'Zurich' },
      machine: () =>
        memoryHost({
          files: { '/usr/share/zoneinfo/Zurich': '' },
          links: { '/etc/localtime': '/usr/share/zoneinfo/Europe/Zurich' },
        }),
      ends: (host) => assert.equal(host.nodes.get('/etc/localtime')?.target, '../usr/share/zoneinfo/Zurich'),
    },
  ],
  locale: [
    {
      from: 'a comment of the same locale in the list, which was not generated',
      change: { kind: 'locale', name: 'de_CH.UTF-8' },
      machine: () => locales('C\n', { files: { '/etc/locale.gen': '# de_CH.UTF-8 UTF-8\nen_US.UTF-8 UTF-8' } }),
      ends: (host) =>
        assert.equal(host.text('/etc/locale.gen'), '# de_CH.UTF-8 UTF-8\nen_US.UTF-8 UTF-8\nde_CH.UTF-8 UTF-8\n'),
    },
    {
      from: 'a list that holds it already, after an interruption',
      change: { kind: 'locale', name: 'de_CH.UTF-8' },
      machine: () => locales('C\n', { files: { '/etc/locale.gen': 'de_CH.UTF-8 UTF-8\n' } }),
      ends: (host) => assert.equal(host.text('/etc/locale.gen'), 'de_CH.UTF-8 UTF-8\n'),
    },
  ],
  selinux: [
    {
      from: 'the other mode',
      change: { kind: 'selinux', mode: 'permissive' },
      machine: () =>
        memoryHost({
          files: { '/sys/fs/selinux/enforce': '1' },
          programs: {
            setenforce: ([value = ''], host) => {
              const node = host.nodes.get('/sys/fs/selinux/enforce');
              if (node) node.bytes = Buffer.from(value);
              return '';
            },
          },
        }),
      ends: (host) => assert.equal(host.text('/sys/fs/selinux/enforce'), '0'),
    },
  ],
  cvmfs: [
    {
      from: 'a record that it began and did not end',
      change: { kind: 'cvmfs', does: 'setup' },
      machine: () => memoryHost({ programs: { cvmfs_config: () => '' } }),
      ledger: began('x: cvmfs setup'),
      ends: ran('run cvmfs_config setup'),
    },
  ],
  subscription: [
    {
      from: 'a registration that succeeded and was not recorded',
      change: { kind: 'subscription', does: 'register', account: { activationKey: 'k', org: '1' } },
      machine: () =>
        memoryHost({
          files: { '/usr/sbin/subscription-manager': '#!/usr/bin/python3\n' },
          programs: { 'subscription-manager': () => 'system identity: 1\n' },
        }),
      ledger: began('x: subscription register'),
      ends: ran('run subscription-manager identity'),
    },
  ],
  script: [
    {
      from: 'a start that ended before its first command',
      change: { kind: 'script', name: 'runcmd', items: ['a', 'b'], shell: 'sh' },
      machine: () => memoryHost(),
      ledger: began('x: script runcmd'),
      ends: ran('item a', 'item b'),
    },
  ],
  message: [
    {
      from: 'a record that it began and did not end',
      change: { kind: 'message', text: 'up', datasource: 'none' },
      machine: () => memoryHost(),
      ledger: began('x: message final'),
    },
  ],
  'phone-home': [
    {
      from: 'a record that it began and did not end',
      change: { kind: 'phone-home', url: 'http://h/', fields: { a: 'b' }, tries: 1 },
      machine: () => memoryHost({ web: { 'POST http://h/': 'ok' } }),
      ledger: began('x: phone-home http://h/'),
      ends: ran('POST http://h/'),
    },
  ],
  request: [
    {
      from: 'a record that it began and did not end',
      change: { kind: 'request', method: 'POST', url: 'http://h/', headers: {}, body: '', tells: 'x' },
      machine: () => memoryHost({ web: { 'POST http://h/': 'ok' } }),
      ledger: began('x: request POST http://h/'),
      ends: ran('POST http://h/'),
    },
  ],
  power: [
    {
      from: 'a condition that an earlier run left',
      change: { kind: 'power', mode: 'reboot', delay: 'now', condition: ['test', '-e', '/again'] },
      machine: () => memoryHost({ programs: { ...shut, test: () => ({ code: 0 }) } }),
      ends: (host) => assert.match(host.did.at(-1) ?? '', / -- shutdown -r now$/),
    },
  ],
  'random-seed': [
    {
      from: 'a file that others can read',
      change: { kind: 'random-seed', path: '/var/lib/seed', data: 'x', encoding: 'raw', secret: true },
      machine: () =>
        memoryHost({
          files: { '/var/lib/seed': 'old' },
          modes: { '/var/lib/seed': 0o644 },
          programs: { dd: () => '' },
        }),
      ends: (host) => assert.equal(host.mode('/var/lib/seed'), '0600'),
    },
  ],
  wait: [
    {
      from: 'a record that it began and did not end',
      change: { kind: 'wait', ms: 5000 },
      machine: () => memoryHost(),
      ledger: began('x: wait spread'),
      ends: (host) => assert.equal(host.now(), 5000),
    },
  ],
};
