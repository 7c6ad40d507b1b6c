import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edited } from '../../agent/edits/index.ts';
import type { Change } from '../../agent/engine/change.ts';
import type { Facts } from '../../agent/facts/facts.ts';
import { hostname, hostnameFromIp } from '../../modules/hostname.ts';
import { hosts } from '../../modules/hosts.ts';
import { context } from '../support/facts.ts';
import { laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan } from '../support/settings.ts';
import { fromShared } from '../support/shared.ts';

const network = (address: string): Facts['network'] => ({
  interface: 'eth0',
  address,
  interfaces: [
    { name: 'eth0', mac: '', addresses: [address] },
    { name: 'ib0', mac: '', addresses: ['192.168.3.4'] },
  ],
});
const at = (address: string, own: Partial<Facts> = {}) => context({ network: network(address), ...own });
const nameIn = (items: ReturnType<typeof plan>): string | undefined => {
  const change = items.flatMap(({ changes }) => changes).find(({ kind }) => kind === 'hostname');
  return change?.kind === 'hostname' ? change.name : undefined;
};
const notesIn = (items: ReturnType<typeof plan>) => items.flatMap(({ notes = [] }) => notes.map(({ text }) => text));

describe('the host name', () => {
  for (const [settings, told, name] of [
    ['{}', undefined, undefined],
    ['{}', 'vm1.cloud.internal', 'vm1.cloud.internal'],
    ['{}', 'vm1.cloud.internal.', 'vm1.cloud.internal'],
    ['{}', '10.0.0.5', 'ip-10-0-0-5'],
    ['{}', 'localhost.localdomain', undefined],
    ['{}', '$(reboot)', undefined],
    ['{hostname: a}', undefined, 'a'],
    ['{hostname: a}', 'm.cloud.internal', 'a.cloud.internal'],
    ['{hostname: a.b.c}', 'm.cloud.internal', 'a.b.c'],
    ['{hostname: a, fqdn: x.y.z}', undefined, 'x.y.z'],
    ['{fqdn: x.y.z}', 'm', 'x.y.z'],
    ['{fqdn: x.y.z, prefer_fqdn_over_hostname: false}', undefined, 'x'],
    ['{hostname: a, fqdn: x.y.z, prefer_fqdn_over_hostname: no}', undefined, 'a'],
    ['{hostname: a, preserve_hostname: true}', 'm', undefined],
    [`{fqdn: ${'a'.repeat(60)}.example.org}`, undefined, 'a'.repeat(60)],
  ] as const) {
    test(`${settings}, told ${told}: ${name}`, () =>
      assert.equal(nameIn(plan(hostname, settings, context({}, { hostname: told }))), name));
  }

  test('is the short one where the distribution has it so', () => {
    const os = { id: 'debian', family: 'debian', version: '12', name: 'Debian' } as const;
    assert.equal(nameIn(plan(hostname, 'fqdn: x.y.z', context({ os }))), 'x');
  });

  test('that the metadata tells and no host can have is told, not set', () => {
    assert.deepEqual(notesIn(plan(hostname, '{}', context({}, { hostname: 'a;reboot' }))), [
      'not set: the metadata\'s name "a;reboot" can be the name of no host',
    ]);
  });

  for (const bad of [
    '$(reboot)',
    'a;b',
    'a b',
    '-a',
    'a-',
    'a..b',
    'é',
    'a'.repeat(64),
    `${'a.'.repeat(127)}aa`,
    'a\\nb',
  ]) {
    test(`is refused where it is ${bad.slice(0, 20)}`, () => {
      const [found = '', ...more] = foundIn(hostname, `hostname: "${bad}"`);
      assert.match(found, /^user-data:1:11 hostname: expected a host name/);
      assert.deepEqual(more, []);
    });
  }
});

describe('a name made from the address', () => {
  for (const [settings, address, name] of [
    ['true', '10.161.7.25', 'wn-007-025'],
    ['{domain: hltcloud}', '10.161.7.25', 'wn-007-025.hltcloud'],
    ['{domain: hltcloud}', '192.168.0.255', 'wn-000-255.hltcloud'],
    ['{pattern: "node%d", domain: x.y}', '10.0.0.5', 'node5.x.y'],
    ['{pattern: "n%02x-%02x%02x%02x"}', '10.0.0.255', 'n0a-0000ff'],
    ['{pattern: "r%dc%d", octets: [2, 4]}', '10.7.1.9', 'r7c9'],
    ['{interface: ib0}', '10.0.0.5', 'wn-003-004'],
    ['{interface: ib1}', '10.0.0.5', undefined],
    ['{octets: [1]}', '10.0.0.5', undefined],
    ['false', '10.0.0.5', undefined],
    ['{}', 'fe80::1', undefined],
  ] as const) {
    test(`${settings} at ${address}: ${name}`, () =>
      assert.equal(nameIn(plan(hostnameFromIp, `hostname_from_ip: ${settings}`, at(address))), name));
  }

  test('is made at each boot, or once for each instance', () => {
    for (const [every, once, always] of [
      ['boot', 0, 1],
      ['instance', 1, 0],
    ] as const) {
      const settings = `hostname_from_ip: {every: ${every}}`;
      assert.equal(plan(hostname, settings, at('10.0.0.5')).length, once);
      assert.equal(plan(hostnameFromIp, settings, at('10.0.0.5')).length, always);
    }
  });

  test('is left as it is, and told, where there is no address', () => {
    const none = context({ network: { interface: undefined, address: undefined, interfaces: [] } });
    const items = plan(hostnameFromIp, 'hostname_from_ip: true', none);
    assert.deepEqual(
      [nameIn(items), notesIn(items)],
      [undefined, ['the name is left as it is: there is no default route yet']],
    );
  });

  for (const [settings, message] of [
    ['{pattern: wn}', 'hostname_from_ip.pattern: expected a pattern such as wn-%03d-%03d, got "wn"'],
    ['{pattern: "%s"}', 'hostname_from_ip.pattern: expected a pattern such as wn-%03d-%03d, got "%s"'],
    ['{pattern: "%d%d%d%d%d"}', 'hostname_from_ip.pattern: expected at most four numbers in the pattern, got 5'],
    [
      '{domain: "a;b"}',
      'hostname_from_ip.domain: expected a host name (letters, digits and -, in parts of at most 63, divided by dots), got "a;b"',
    ],
    ['{octets: [5]}', 'hostname_from_ip.octets[0]: expected a whole number, got "5"'],
  ] as const) {
    test(`refuses ${settings}`, () =>
      assert.deepEqual(
        foundIn(hostnameFromIp, `hostname_from_ip: ${settings}`).map((each) => each.replace(/^\S+ /, '')),
        [message],
      ));
  }
});

interface SeedCase {
  readonly kind: string;
  readonly ip: string | null;
  readonly in: { readonly hosts: string; readonly network: string };
  readonly out: { readonly hosts: string; readonly network: string };
}

const seeds = fromShared('conformance/seed-scripts.json');
describe('the seed’s own hostname cases', { skip: seeds.skip }, () => {
  const cases = seeds.skip ? [] : (JSON.parse(seeds.text()) as SeedCase[]).filter(({ kind }) => kind === 'hostname');
  /** Our result where the seed's script has a fault, with its description. */
  const mended: Readonly<Record<number, { readonly fault: string } & Partial<SeedCase['out']>>> = {
    1: {
      fault: 'grep -v takes the address for a pattern and drops the lines of other machines',
      hosts: '127.0.0.1 localhost\n10.1.1.10 other\n10.1.1.1 wn-001-001.hltcloud wn-001-001\n10a1b1c1 weird\n',
    },
    2: {
      fault: 'grep -v HOSTNAME= drops every variable that ends so',
      network: 'X=1\nMY_HOSTNAME=keep\nHOSTNAME=wn-001-001.hltcloud\n',
    },
    4: {
      fault: 'an empty file gets a blank line, and a variable in a file that is not in use',
      hosts: '192.168.0.255 wn-000-255.hltcloud wn-000-255\n',
      network: '',
    },
  };
  cases.forEach(({ ip, in: before, out }, number) => {
    test(`${number}: ${ip}${mended[number] ? `, where ${mended[number].fault}` : ''}`, () => {
      const where =
        ip === null
          ? context({ network: { interface: undefined, address: undefined, interfaces: [] } })
          : at(ip, { paths: ['/etc/sysconfig/network'] });
      const changes = plan(hostnameFromIp, 'hostname_from_ip: {domain: hltcloud}', where).flatMap(
        (item) => item.changes,
      );
      const after = (path: string, text: string): string =>
        changes.reduce(
          (all, change) => (change.kind === 'edit' && change.path === path ? edited(all, change.edit) : all),
          text,
        );
      const withoutRemark = after('/etc/hosts', before.hosts).replace(/^# This machine.*\n/m, '');
      const { fault: _, ...instead } = mended[number] ?? { fault: '' };
      assert.deepEqual(
        { hosts: withoutRemark, network: after('/etc/sysconfig/network', before.network) },
        { hosts: out.hosts, network: out.network, ...instead },
      );
    });
  });
});

describe('manage_etc_hosts', () => {
  const changes = (settings: string, own = context()): readonly Change[] =>
    plan(hosts, settings, own).flatMap((item) => item.changes);
  test('false, and left out, leave the file alone', () => {
    assert.deepEqual(changes('{hostname: a}'), []);
    assert.deepEqual(changes('{hostname: a, manage_etc_hosts: false}'), []);
  });
  test('localhost keeps one line for the loopback address', () => {
    assert.deepEqual(changes('{fqdn: a.b.c, manage_etc_hosts: localhost}'), [
      { kind: 'edit', path: '/etc/hosts', edit: { syntax: 'hosts', address: '127.0.0.1', names: ['a.b.c', 'a'] } },
    ]);
  });
  test('true and template write the whole file, with the line of hostname_from_ip in it', () => {
    for (const how of ['true', 'template']) {
      const [change] = changes(`{hostname_from_ip: {domain: d}, manage_etc_hosts: ${how}}`, at('10.1.2.3'));
      const content = change?.kind === 'file' ? String(change.content) : '';
      assert.match(content, /^127\.0\.0\.1 wn-002-003\.d wn-002-003\n/m);
      assert.match(content, /^10\.1\.2\.3 wn-002-003\.d wn-002-003\n/m);
      const edit = plan(hostnameFromIp, 'hostname_from_ip: {domain: d}', at('10.1.2.3'))
        .flatMap((item) => item.changes)
        .at(-1);
      assert.equal(edit?.kind === 'edit' && edited(content, edit.edit), content, 'the two agree');
    }
  });
  test('takes no other word', () => {
    assert.match(foundIn(hosts, 'manage_etc_hosts: maybe')[0] ?? '', /manage_etc_hosts: expected true or false/);
  });
  test('names the machine as it is where nobody named it', () => {
    const [change] = changes('manage_etc_hosts: localhost', context({ hostname: 'vm.example.org' }));
    assert.deepEqual(change?.kind === 'edit' && change.edit, {
      syntax: 'hosts',
      address: '127.0.0.1',
      names: ['vm.example.org', 'vm'],
    });
  });
});

const machine = () =>
  memoryHost({
    files: {
      '/etc/hosts': '127.0.0.1 localhost\n10.161.7.25 old\n',
      '/etc/hostname': 'localhost\n',
      '/proc/sys/kernel/hostname': 'localhost\n',
      '/etc/sysconfig/network': 'NETWORKING=yes\n',
    },
  });
laws(
  'a name from the address',
  plan(
    hostnameFromIp,
    'hostname_from_ip: {domain: hltcloud}',
    at('10.161.7.25', { paths: ['/etc/sysconfig/network'] }),
  ),
  machine,
);
laws('a whole hosts file', plan(hosts, '{manage_etc_hosts: true, fqdn: a.b}'), machine);
