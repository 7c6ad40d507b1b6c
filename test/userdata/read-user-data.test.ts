import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readUserData } from '../../agent/userdata/read-user-data.ts';
import type { ReadOptions } from '../../agent/userdata/reading.ts';
import { line, plain } from '../support/written.ts';

const read = async (content: string | Uint8Array, options: Partial<ReadOptions> = {}) => {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const { config, scripts, findings, told } = await readUserData(bytes, { source: 'user-data', ...options });
  return { config: plain(config), scripts, findings: findings.map(line), told };
};

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');

const message = `Content-Type: multipart/mixed; boundary="==B=="
MIME-Version: 1.0

--==B==
Content-Type: text/cloud-config; charset="us-ascii"
Content-Disposition: attachment; filename="a.yaml"

#cloud-config
hostname: a
--==B==
Content-Type: text/x-shellscript
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="b.sh"

${base64('#!/bin/sh\r\necho hi\r\n')}
--==B==
Content-Type: application/x-gzip
Content-Transfer-Encoding: base64

${base64(gzipSync('#cloud-config\ntimezone: UTC'))}
--==B==--
`;

test('a multipart message yields its configurations and scripts, whatever they are packed in', async () => {
  const unpacked = {
    config: { hostname: 'a', timezone: 'UTC' },
    scripts: [{ name: 'b.sh', content: '#!/bin/sh\necho hi\n', when: 'instance' }],
    findings: [],
  };
  assert.deepEqual(await read(message), { ...unpacked, told: ['gzip'] });
  assert.deepEqual(await read(gzipSync(message)), { ...unpacked, told: ['gzip', 'gzip'] });
  assert.deepEqual(await read(base64(gzipSync(message))), { ...unpacked, told: ['base64', 'gzip', 'gzip'] });
});

test('a fault in one part costs that part and is told with its line in the file', async () => {
  const broken = message.replace('hostname: a', 'hostname: a: b');
  const { config, findings } = await read(broken);
  assert.deepEqual(config, { timezone: 'UTC' });
  assert.deepEqual(findings, ['user-data:9:11 error: a key is inside a value']);
});

test('what is for another instance of the group is left out', async () => {
  const parts = `#cloud-config-archive
- {type: text/cloud-config, launch-index: 0, content: "a: 0"}
- {type: text/cloud-config, launch-index: 1, content: "b: 1"}
- {type: text/cloud-config, content: "launch-index: 1\\nc: 1"}
- {type: text/cloud-config, content: "d: 1"}
`;
  assert.deepEqual((await read(parts, { launchIndex: 0 })).config, { a: 0, d: 1 });
  assert.deepEqual((await read(parts, { launchIndex: 1 })).config, { b: 1, c: 1, d: 1 });
  assert.deepEqual((await read(parts)).config, { a: 0, b: 1, c: 1, d: 1 });
});

test('a configuration with a launch-index that is no number is for every instance, and that is told', async () => {
  const { config, findings } = await read('#cloud-config\nlaunch-index: x\na: 1\n', { launchIndex: 0 });
  assert.deepEqual(config, { a: 1 });
  assert.deepEqual(findings, [
    'user-data:2:15 warning: launch-index: expected a whole number; the part is taken by every instance',
  ]);
});

test('a boothook begins with its interpreter, whatever blank lines are before it', async () => {
  const { scripts } = await read('#cloud-boothook\n\n  \n#!/bin/sh\necho a\n');
  assert.deepEqual(
    scripts.map(({ content }) => content),
    ['#!/bin/sh\necho a\n'],
  );
});

test('included pages are read in their place, and one that fails costs no other', async () => {
  const pages: Readonly<Record<string, string>> = { 'http://h/a': '#cloud-config\na: 1', 'http://h/b': '#!/bin/sh\n:' };
  const asked: [string, boolean][] = [];
  const include = async (url: string, once: boolean): Promise<Uint8Array> => {
    asked.push([url, once]);
    const page = pages[url];
    if (page === undefined) throw new Error('404');
    return Buffer.from(page);
  };
  const { config, scripts, findings } = await read(
    '#include\nhttp://h/a\n# no\nhttp://h/c\n#include-once\nhttp://h/b\n',
    { include },
  );
  assert.deepEqual(config, { a: 1 });
  assert.equal(scripts.length, 1);
  assert.deepEqual(findings, ['user-data:4:1 error: http://h/c could not be fetched: 404']);
  assert.deepEqual(asked, [
    ['http://h/a', false],
    ['http://h/c', false],
    ['http://h/b', true],
  ]);
});

test('a page that includes itself ends at a limit', async () => {
  const include = async (): Promise<Uint8Array> => Buffer.from('#include\nhttp://h/a\n');
  const { findings } = await read('#include\nhttp://h/a\n', { include });
  assert.deepEqual(findings, ['http://h/a:1:1 error: parts within parts more than 10 deep']);
});

test('neither metadata nor files become configuration through an include', async () => {
  const include = async (): Promise<Uint8Array> => assert.fail('nothing is fetched');
  const urls = ['http://169.254.169.254/x', 'http://[fe80::1]/x', 'http://2852039166/x', 'file:///etc/passwd', 'x'];
  for (const url of urls) {
    const { findings } = await read(`#include\n${url}\n`, { include });
    assert.equal(findings.length, 1, url);
  }
});

test('a template is rendered, and an error in it is reported with its line', async () => {
  const variables = { v1: { region: 'eu', 'local-name': 'n' }, ds: { meta_data: { list: ['a', 1] } } };
  const template = `## template: jinja\n#cloud-config\na: {{ v1.region }}-{{v1['local-name']}}-{{ v1.local_name }}{# no #}{{ '' }}\nb: {{ ds.meta_data.list[0] }}\nc: {{ no_such }}\n`;
  const { config, findings } = await read(template, { variables });
  assert.deepEqual(config, { a: 'eu-n-n', b: 'a', c: 'CI_MISSING_JINJA_VAR/no_such' });
  assert.deepEqual(findings, ['user-data:5:1 warning: there is no "no_such" here']);
  const more = await read('## template: jinja\n#cloud-config\na: {{ v1.region | upper }}\n{% if x %}\n', { variables });
  assert.deepEqual(more.config, {});
  assert.deepEqual(more.findings, [
    'user-data:4:1 error: the template cannot be rendered: a tag is not closed by "endif"',
  ]);
});

for (const word of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
  test(`a part of the type ${word} is one that is not read, and costs no other`, async () => {
    const { config, findings } = await read(
      `#cloud-config-archive\n- {type: ${word}, content: x}\n- {type: text/cloud-config, content: "a: 1"}\n`,
    );
    assert.deepEqual(config, { a: 1 });
    assert.deepEqual(findings, [`user-data:2:1 warning: bootagent does not read parts of the type ${word}`]);
  });
}

test('what is not read is called by its name', async () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      '#part-handler\nimport os',
      'user-data:1:1 error: a part handler is a Python program inside cloud-init, and is not run',
    ],
    ['#cloud-config-jsonp\n[]', 'user-data:1:1 error: a JSON patch is not supported'],
    [
      '{"ignition": {}}',
      'user-data:1:1 error: this is an Ignition configuration (Fedora CoreOS, Flatcar), which bootagent does not read',
    ],
    ['#cloud-confg\na: 1', 'user-data:1:1 error: "#cloud-confg" is not a header, so nothing is read'],
    ['packages: [a]', 'user-data:1:1 error: the header is missing, so nothing is read'],
    ['---\n#cloud-config\n', 'user-data:1:1 error: "#cloud-config" is not the first line, so nothing is read'],
    ['hello', 'user-data:1:1 warning: this begins like no form of user-data, so nothing is done with it'],
  ];
  for (const [content, finding] of cases) assert.deepEqual((await read(content)).findings, [finding]);
});
