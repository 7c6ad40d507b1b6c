import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { problemCodes } from '../../agent/base/problem.ts';
import type { Io } from '../../agent/boot/io.ts';
import { run } from '../../agent/commands/validate.ts';
import { schedule } from '../../modules/index.ts';

async function validated(content: string, options: Readonly<Record<string, string>> = {}, file = '-') {
  const said = { out: '', err: '' };
  const around: Io = {
    version: '0',
    schedule: async () => schedule,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    readStdin: async () => Buffer.from(content),
    later: () => {},
    env: {},
    terminal: false,
  };
  const code = await run({ args: [file], options }, around);
  return { ...said, code };
}

test('validate ends with 4 for errors and with 0 for warnings alone', async () => {
  assert.equal((await validated('#cloud-config\nnope: 1\n')).code, 4);
  const warned = await validated('#cloud-config\nsalt_minion: 1\n');
  assert.equal(warned.code, 0);
  assert.equal(warned.err, 'standard input: 1 warning; more: "bootagent explain unsupported"\n');
});

test('validate --strict ends with 4 for warnings too', async () => {
  assert.equal((await validated('#cloud-config\nsalt_minion: 1\n', { strict: '' })).code, 4);
  assert.equal((await validated('#cloud-config\nhostname: a\n', { strict: '' })).code, 0);
});

test('validate --template accepts the marks that another tool fills in, and is suggested without the option', async () => {
  const text = '#cloud-config\nphone_home:\n  url: https://a/\n  tries: {n}\n'.replace('{n}', '$' + '{n}');
  const without = await validated(text);
  assert.equal(without.code, 4);
  assert.match(without.out, /:4:10: error\[bad-settings\].*Terraform, Ansible or Helm.*"--template"/);
  assert.equal((await validated(text, { template: '' })).code, 0);
  assert.equal((await validated(`${text}timezne: a\n`, { template: '' })).code, 4);
});

test('validate knows configuration of an image by its path', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'validate-'));
  try {
    for (const [path, code] of [
      ['etc/bootagent/bootagent.yaml', 0],
      ['etc/bootagent/conf.d/50-site.yaml', 0],
      ['usr/lib/bootagent/conf.d/00-a.yml', 0],
      ['run/bootagent/conf.d/a.yaml', 0],
      ['etc/bootagent.yaml', 4],
      ['site.yaml', 4],
    ] as const) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'timezone: UTC\n');
      assert.equal((await validated('', {}, file)).code, code, path);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('validate writes SARIF: each finding with its rule, its place and what to do', async () => {
  const { out } = await validated('#cloud-config\ntimezne: 1\nsalt_minion: 1\n', { format: 'sarif' });
  const log = JSON.parse(out);
  assert.equal(log.version, '2.1.0');
  const [{ tool, results }] = log.runs;
  assert.deepEqual(tool.driver.rules[0], {
    id: 'unknown-key',
    shortDescription: { text: problemCodes['unknown-key'].means },
    help: { text: problemCodes['unknown-key'].fix },
  });
  assert.deepEqual(
    tool.driver.rules.map(({ id }: { id: string }) => id),
    ['unknown-key', 'unsupported'],
  );
  assert.deepEqual(results[0], {
    ruleId: 'unknown-key',
    level: 'error',
    message: { text: 'timezne: no such key — did you mean "timezone"?' },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'standard%20input' },
          region: { startLine: 2, startColumn: 1 },
        },
      },
    ],
  });
  assert.equal(results[1].level, 'warning');
});

test('validate gives its findings as data', async () => {
  const { out } = await validated('#cloud-config\ntimezne: 1\n', { format: 'json' });
  assert.deepEqual(JSON.parse(out), {
    schema_version: 1,
    files: [
      {
        file: 'standard input',
        empty: false,
        findings: [
          {
            level: 'error',
            code: 'unknown-key',
            file: 'standard input',
            line: 2,
            column: 1,
            at: 'timezne',
            message: 'no such key',
            hint: 'did you mean "timezone"?',
          },
        ],
      },
    ],
  });
});

for (const [content, options] of [
  ['', {}],
  ['\n  \r\n', {}],
  ['', { 'image-config': '' }],
] as const) {
  test(`validate takes ${JSON.stringify(content)} for right and says that it is empty ${Object.keys(options)}`, async () => {
    const { code, out, err } = await validated(content, options);
    assert.deepEqual([code, out, err], [0, '', 'standard input: nothing wrong, it is empty\n']);
    const json = await validated(content, { ...options, format: 'json' });
    assert.deepEqual(JSON.parse(json.out).files, [{ file: 'standard input', empty: true, findings: [] }]);
  });
}
