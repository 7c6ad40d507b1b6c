import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { vmware } from '../../agent/datasources/vmware.ts';
import { asking } from '../support/metadata/asking.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V alice';
const base64 = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString('base64');
const vsphere = { vendor: 'VMware, Inc.', product: 'VMware7,1', uuid: '42231f5c-0000-4000-8000-000000000001' };
const metadata = `instance-id: vm-1\nlocal-hostname: w\npublic-keys-data: ${key}\n`;

type Variables = Readonly<Record<string, string>>;

/** Returns the context on vSphere, with a simulated tool that knows these variables. */
function machineWith(variables: Variables, { tool = 'vmware-rpctool', platform = vsphere, files = {} } = {}) {
  const asked: string[] = [];
  const answer = (args: readonly string[]) => {
    const name = /^info-get guestinfo\.(\S+)$/.exec(args.at(-1) ?? '')?.[1] ?? '';
    asked.push(name);
    const value = variables[name];
    return value === undefined ? { code: 1, stdout: 'No value found\n' } : { code: 0, stdout: `${value}\n` };
  };
  const given = asking({ files: { [`/usr/bin/${tool}`]: '', ...files }, programs: { [tool]: answer }, platform });
  return { ...given, asked };
}

async function fetched(variables: Variables) {
  const { ask, notes } = machineWith(variables);
  return { instance: await vmware.fetch(ask).catch((error: Error) => error), notes };
}

suite('vmware', () => {
  for (const [claim, variables, options, because] of [
    ['metadata', { metadata }, {}, 'guestinfo.metadata is set'],
    ['user-data alone', { userdata: '#!/bin/sh\n' }, {}, 'guestinfo.userdata is set'],
    ['vmtoolsd alone', { vendordata: 'x' }, { tool: 'vmtoolsd' }, 'guestinfo.vendordata is set'],
    ['no variable', {}, {}, undefined],
    [
      'an OVF environment',
      { ovfEnv: '<Environment><Property key="hostname" value="w"/></Environment>' },
      {},
      'guestinfo.ovfEnv is set',
    ],
    [
      'an OVF environment without an instance',
      { ovfEnv: '<Environment><Property key="vm" /></Environment>' },
      {},
      undefined,
    ],
    ['an empty variable', { metadata: '' }, {}, undefined],
    ['another hypervisor', { metadata }, { platform: { ...vsphere, vendor: 'QEMU', product: 'pc' } }, undefined],
    ['no tool', { metadata }, { tool: 'other' }, undefined],
    ['a container', { metadata }, { files: { '/run/systemd/container': 'docker' } }, undefined],
  ] as const) {
    test(`detect() with ${claim}: ${because}`, async () => {
      const { ask, host } = machineWith(variables, options);
      assert.equal(await vmware.detect(ask.facts, host, {}), because);
    });
  }

  test('no program runs on another hypervisor', async () => {
    const { ask, host, asked } = machineWith({ metadata }, { platform: { ...vsphere, vendor: 'QEMU', product: 'pc' } });
    await vmware.detect(ask.facts, host, {});
    assert.deepEqual(asked, []);
  });

  for (const [claim, given] of [
    ['as text', { metadata, userdata: '#!/bin/sh\n' }],
    [
      'in base64',
      {
        metadata: base64(metadata),
        'metadata.encoding': 'base64',
        userdata: base64('#!/bin/sh\n'),
        'userdata.encoding': 'b64',
      },
    ],
    [
      'as JSON',
      {
        metadata: JSON.stringify({ 'instance-id': 'vm-1', 'local-hostname': 'w', public_keys: [key] }),
        userdata: '#!/bin/sh\n',
      },
    ],
    [
      'metadata in gzip and base64',
      { metadata: base64(gzipSync(metadata)), 'metadata.encoding': 'gzip+base64', userdata: '#!/bin/sh\n' },
    ],
  ] as const) {
    test(`reads ${claim}`, async () => {
      const { instance, notes } = await fetched(given);
      assert.ok(instance && !(instance instanceof Error), String(instance));
      assert.deepEqual([instance.id, instance.hostname, instance.publicKeys, notes], ['vm-1', 'w', [key], []]);
      assert.equal(new TextDecoder().decode(instance.userData).trim(), '#!/bin/sh');
    });
  }

  test('user-data in gzip is left to its reader', async () => {
    const { instance } = await fetched({ userdata: base64(gzipSync('#!/bin/sh\n')), 'userdata.encoding': 'gz+b64' });
    assert.ok(instance && !(instance instanceof Error));
    assert.deepEqual([...(instance.userData ?? [])].slice(0, 2), [0x1f, 0x8b]);
    assert.equal(instance.id, vsphere.uuid, 'without metadata, firmware identifies the instance');
  });

  for (const [claim, network, encoding] of [
    ['a mapping', '{version: 2, ethernets: {eth0: {addresses: [10.0.0.9/24]}}}', ''],
    ['base64', base64('version: 2\nethernets: {eth0: {addresses: [10.0.0.9/24]}}\n'), 'base64'],
  ] as const) {
    test(`the network is ${claim}`, async () => {
      const lines = `network: ${network}\n${encoding && `network.encoding: ${encoding}\n`}`;
      const { instance, notes } = await fetched({ metadata: metadata + lines });
      assert.ok(instance && !(instance instanceof Error));
      assert.deepEqual(
        instance.network?.map(({ addresses }) => addresses),
        [['10.0.0.9/24']],
      );
      assert.deepEqual(notes, []);
    });
  }

  test('names the variable that is invalid, and uses the others', async () => {
    const { instance, notes } = await fetched({
      metadata: `${metadata}network: "%"\nnetwork.encoding: base64\nredact: [userdata]\n`,
      userdata: '%%%',
      'userdata.encoding': 'base64',
      vendordata: 'x',
      'vendordata.encoding': 'rot13',
    });
    assert.ok(instance && !(instance instanceof Error));
    assert.deepEqual([instance.id, instance.publicKeys], ['vm-1', [key]]);
    assert.deepEqual(notes, [
      'warning: guestinfo.userdata: invalid base64: left out',
      'warning: guestinfo.vendordata: the encoding "rot13" is unknown: left out',
      'warning: guestinfo.metadata: "network": invalid base64: left out',
      'warning: redact is not supported: the variables stay readable in the machine',
    ]);
  });

  for (const [claim, text, message] of [
    ['no YAML', 'a: [', /^guestinfo\.metadata: line 1: /],
    ['a text', 'hello', /^guestinfo\.metadata: no YAML mapping$/],
  ] as const) {
    test(`metadata that is ${claim} is a problem`, async () => {
      const { instance } = await fetched({ metadata: text });
      assert.ok(instance instanceof Error);
      assert.match(instance.message, message);
    });
  }

  const ovf = (properties: string) =>
    `<?xml version="1.0"?>\n<Environment xmlns:oe="http://schemas.dmtf.org/ovf/environment/1"><PropertySection>${properties}</PropertySection></Environment>`;
  const property = (name: string, value: string) => `<Property oe:key="${name}" oe:value="${value}"/>`;

  test('reads the OVF environment; a password is secret and reported', async () => {
    const all = [
      ['instance-id', 'ovf-1'],
      ['hostname', 'w'],
      ['public-keys', `${key} &amp; me`],
      ['user-data', base64('#!/bin/sh\n')],
      ['password', 's&#101;cret'],
    ] as const;
    const { instance, notes } = await fetched({
      ovfEnv: ovf(all.map(([name, text]) => property(name, text)).join('\n')),
    });
    assert.ok(instance && !(instance instanceof Error), String(instance));
    assert.deepEqual([instance.id, instance.hostname, instance.publicKeys], ['ovf-1', 'w', [`${key} & me`]]);
    assert.equal(new TextDecoder().decode(instance.userData), '#!/bin/sh\n');
    assert.deepEqual(instance.secrets, ['secret']);
    assert.doesNotMatch(JSON.stringify(instance.metadata), /secret/);
    assert.deepEqual(notes, ['warning: guestinfo.ovfEnv: "password" is not supported: left out']);
  });

  test('broken base64 in the OVF environment is reported, and firmware replaces a missing id', async () => {
    const { instance, notes } = await fetched({ ovfEnv: ovf(property('hostname', 'w') + property('user-data', '%%')) });
    assert.ok(instance && !(instance instanceof Error), String(instance));
    assert.deepEqual([instance.id, instance.hostname, instance.userData], [vsphere.uuid, 'w', undefined]);
    assert.deepEqual(notes, ['warning: guestinfo.ovfEnv: "user-data": invalid base64: left out']);
  });

  test('an OVF environment of another appliance is no instance', async () =>
    assert.equal((await fetched({ ovfEnv: ovf(property('vami.ip0', '10.0.0.1')) })).instance, undefined));

  test('guestinfo takes precedence over the OVF environment', async () => {
    const { instance } = await fetched({ metadata, ovfEnv: ovf(property('instance-id', 'ovf-1')) });
    assert.ok(instance && !(instance instanceof Error) && instance.id === 'vm-1');
  });

  test('an OVF environment that is no XML is a problem', async () => {
    const { instance } = await fetched({ ovfEnv: '<html>' });
    assert.match(String(instance), /guestinfo\.ovfEnv: no valid XML: <html> has no end$/);
  });

  test('nothing set is no instance', async () => assert.equal((await fetched({})).instance, undefined));
});
