import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe as suite, test } from 'node:test';
import * as config from '../../agent/commands/config.ts';
import * as detect from '../../agent/commands/detect.ts';
import * as query from '../../agent/commands/query.ts';
import { wakameNet } from '../../agent/datasources/wakame.ts';
import { detection } from '../../agent/identity/detect.ts';
import { toJson } from '../../agent/identity/instance-json.ts';
import { publicVariables, valueAt } from '../../agent/identity/variables.ts';
import type { Datasource } from '../../agent/metadata/datasource.ts';
import { facts, instance } from '../support/facts.ts';
import { memoryHost } from '../support/memory-host.ts';
import { asking } from '../support/metadata/asking.ts';
import { describe } from '../support/metadata/description.ts';
import type { dialects } from '../support/metadata/dialects.ts';
import { serveMetadata } from '../support/metadata/server.ts';

async function inTree<T>(files: Readonly<Record<string, string>>, work: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-query-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return await work(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function said(command: typeof query | typeof detect, args: readonly string[], options: Record<string, string>) {
  const told: string[] = [];
  const around = {
    version: '0',
    schedule: async () => ({ local: [], early: [], main: [], final: [] }),
    out: (text: string) => void told.push(text),
    err: (text: string) => void told.push(text),
    readStdin: async () => new Uint8Array(),
    later: () => {},
    env: {},
    terminal: false,
  };
  await command.run({ args, options }, around);
  return told.join('');
}

const state = '/var/lib/bootagent/instance.json';

test('config ignores a damaged record of the instance', async () => {
  const files = { [state]: '{"id": ', '/etc/bootagent/bootagent.yaml': 'timezone: UTC\n' };
  assert.match(await inTree(files, (root) => said(config, [], { root })), /^timezone: "UTC" /);
});

suite('query', () => {
  const kept = instance({
    id: 'i-1',
    datasource: 'openstack',
    zone: 'nova',
    userData: new TextEncoder().encode('#cloud-config\npassword: pw\n'),
    metadata: { meta_data: { 'local-hostname': 'w', admin_pass: 'Adm1n', meta: { role: 'wn' }, list: ['a', 'b'] } },
    secrets: ['Adm1n'],
  });

  for (const [path, answer] of [
    ['v1.instance_id', 'i-1\n'],
    ['v1.availability_zone', 'nova\n'],
    ['ds.meta_data.local_hostname', 'w\n'],
    ['ds.meta_data.local-hostname', 'w\n'],
    ['ds.meta_data.meta', '{\n  "role": "wn"\n}\n'],
    ['ds.meta_data.list[1]', 'b\n'],
  ] as const) {
    test(`answers ${path} from what is kept`, async () => {
      const files = { [state]: JSON.stringify(toJson(kept)) };
      assert.equal(await inTree(files, (root) => said(query, [path], { root })), answer);
    });
  }

  const withVendor = {
    ...kept,
    vendorData: ['#!/bin/sh\n', '#cloud-config\n'].map((each) => new TextEncoder().encode(each)),
  };

  for (const [what, path, options, answer] of [
    ['the user-data', ['userdata'], {}, '#cloud-config\npassword: pw\n\n'],
    ['all vendor-data', ['vendordata'], {}, '#!/bin/sh\n\n#cloud-config\n\n'],
    ['the names of the values', ['ds.meta_data'], { 'list-keys': '' }, 'admin_pass\nlist\nlocal-hostname\nmeta\n'],
    ['a template', [], { template: '{{ v1.instance_id }}/{{ ds.meta_data.meta.role | upper }}' }, 'i-1/WN\n'],
    [
      'a template and what has no value in it',
      [],
      { template: 'a {{ v1.nothing }}' },
      '--template, line 1: "v1.nothing" has no value\na CI_MISSING_JINJA_VAR/nothing\n',
    ],
  ] as const) {
    test(`prints ${what}`, async () => {
      const files = { [state]: JSON.stringify(toJson(withVendor)) };
      assert.equal(await inTree(files, (root) => said(query, path, { root, ...options })), answer);
    });
  }

  test('prints nothing for user-data that the instance does not have', async () => {
    const files = { [state]: JSON.stringify(toJson(instance({ id: 'i-1', datasource: 'ec2' }))) };
    assert.equal(await inTree(files, (root) => said(query, ['userdata'], { root })), '\n');
  });

  for (const [why, path, options, message] of [
    ['the names of a text', ['v1.instance_id'], { 'list-keys': '' }, /"v1.instance_id" has no keys: it is no mapping/],
    ['a path beside a template', ['v1'], { template: 'a' }, /a path or --template/],
    ['a template with an error', [], { template: '{{ v1.' }, /--template, line 1: /],
  ] as const) {
    test(`refuses ${why}`, async () => {
      const files = { [state]: JSON.stringify(toJson(kept)) };
      await assert.rejects(
        inTree(files, (root) => said(query, path, { root, ...options })),
        { message },
      );
    });
  }

  test('says what it does not know, and who it does not know', async () => {
    const files = { [state]: JSON.stringify(toJson(kept)) };
    await assert.rejects(
      inTree(files, (root) => said(query, ['v1.nothing'], { root })),
      { code: 'bad-input', message: 'There is no "v1.nothing" in what is known of this instance' },
    );
    for (const nothing of [{}, { [state]: '{"id":' }, { [state]: 'null' }]) {
      await assert.rejects(
        inTree(nothing, (root) => said(query, ['v1'], { root })),
        { code: 'not-possible', message: 'No instance is known on this machine' },
      );
    }
  });

  test('shows all users what is not secret', () => {
    const text = JSON.stringify(publicVariables(kept));
    assert.doesNotMatch(text, /Adm1n|password|pw/);
    assert.equal(valueAt(publicVariables(kept), 'ds.meta_data.meta.role'), 'wn');
  });

  for (const dialect of ['wakameFlat', 'wakameEc2'] as const) {
    test(`answers the nine values that Wakame-vdc documents: ${dialect}`, async () => {
      const me = describe();
      const values = await wakameValues(wakameNet, dialect, [
        ...['wmi-id', 'ami-id', 'mac', 'instance-id', 'local-hostname'],
        ...['local-ipv4', 'public-ipv4', 'security-groups', 'user-data'],
      ]);
      const flat = dialect === 'wakameFlat';
      assert.deepEqual(values, [
        flat ? 'wmi-centos1d\n' : 'ami-1\n',
        flat ? 'wmi-centos1d\n' : 'ami-1\n',
        `${me.mac}\n`,
        `${me.id}\n`,
        `${me.hostname}\n`,
        `${me.address}\n`,
        '192.0.2.7\n',
        'default\n',
        `${me.userData}\n`,
      ]);
    });
  }

  test('asks EC2 for what was not fetched, with a token where it takes one', async () => {
    const service = await serveMetadata(describe(), { dialects: ['imdsv2'] });
    try {
      const files = {
        [state]: JSON.stringify(toJson(instance({ id: 'i-0abc', datasource: 'ec2' }))),
        '/etc/bootagent/bootagent.yaml': `datasource: {Ec2: {metadata_urls: ['${service.url}']}}\n`,
      };
      const ami = await inTree(files, (root) => said(query, ['ds.meta_data.ami-id'], { root }));
      assert.equal(ami, 'ami-1\n');
      // The datasource's own name, the spelling that templates use, and the name that all datasources share.
      for (const path of [
        'ds.meta_data.placement.availability-zone',
        'ds.meta_data.placement.availability_zone',
        'v1.availability_zone',
        'availability_zone',
      ]) {
        assert.equal(await inTree(files, (root) => said(query, [path], { root })), 'site-1a\n', path);
      }
      await assert.rejects(
        inTree(files, (root) => said(query, ['ds.meta_data.no-such'], { root })),
        { code: 'bad-input' },
      );
    } finally {
      await service.close();
    }
  });

  async function wakameValues(source: Datasource, dialect: keyof typeof dialects, names: readonly string[]) {
    const service = await serveMetadata(describe(), { dialects: [dialect] });
    try {
      const { ask } = asking({ url: service.url });
      const found = await source.fetch(ask);
      assert.ok(found);
      const files = {
        [state]: JSON.stringify(toJson(found)),
        '/etc/bootagent/bootagent.yaml': `datasource: {Wakame: {metadata_urls: ['${service.url}']}}\n`,
      };
      return await inTree(files, async (root) => {
        const answers = [];
        for (const name of names) {
          answers.push(await said(query, [`ds.meta_data.${name}`], { root }).catch(() => undefined));
        }
        return answers;
      });
    } finally {
      await service.close();
    }
  }
});

suite('detect', () => {
  const files = {
    '/etc/bootagent/bootagent.yaml': 'datasource_list: [NoCloud, Ec2, None]\n',
    '/var/lib/cloud/seed/nocloud/meta-data': 'instance-id: i\n',
  };

  test('shows the reason for each datasource', async () => {
    const text = await inTree(files, (root) => said(detect, [], { root }));
    assert.match(
      text,
      /^datasource_list names: NoCloud, Ec2, None\n {2}found {2}nocloud +there is \/var\/lib\/cloud\/seed\/nocloud\/meta-data\n/,
    );
    assert.match(text, /\nNot detected: nocloud-net, ec2\.\nA boot queries nocloud\.\n/);
  });

  for (const [list, ending] of [
    ['', 'A boot queries no datasource and uses only the settings of the image. A service is queried if'],
    ['[Ec2, Wakame]', 'A boot queries ec2, then wakame-net.'],
    ['[None]', 'A boot queries no datasource and uses only the settings of the image.'],
    [
      '[A, B, C, D, E, Ec2]',
      'only the settings of the image: a list of more than 5 names only limits the datasources.',
    ],
    ['[Ce2]', '  datasource_list names "Ce2", which is not supported; did you mean "Ec2"?'],
  ] as const) {
    test(`says what a boot makes of the list ${list || 'that is not there'}`, async () => {
      const config = { '/etc/bootagent/bootagent.yaml': list && `datasource_list: ${list}\n` };
      const text = await inTree(config, (root) => said(detect, [], { root }));
      assert.ok(text.includes(ending), text);
    });
  }

  test('a cloud that is not supported is named and not said to be asked', async () => {
    const machine = facts({ platform: { ...facts().platform, product: 'SmartDC HVM' } });
    const looking = { host: memoryHost(), facts: machine, named: undefined, settings: {} };
    const lines = detect.linesFor(await detection(looking), looking, [], 5);
    assert.ok(
      lines.some(
        ({ text }) =>
          text === '  found  smartos       DMI product is SmartDC HVM (not supported by bootagent: no request is sent)',
      ),
    );
    assert.match(
      lines.map(({ text }) => text).join('\n'),
      /^A boot queries no datasource and uses only the settings of the image/m,
    );
  });

  test('says it as JSON', async () => {
    const { schema_version, sources } = JSON.parse(
      await inTree(files, (root) => said(detect, [], { root, format: 'json' })),
    );
    assert.equal(schema_version, 1);
    assert.deepEqual(sources[0], {
      name: 'nocloud',
      needs: 'disk',
      because: 'there is /var/lib/cloud/seed/nocloud/meta-data',
      found: true,
    });
  });
});
