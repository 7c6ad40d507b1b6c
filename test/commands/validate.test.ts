import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Io } from '../../agent/boot/io.ts';
import { run } from '../../agent/commands/validate.ts';
import { schedule } from '../../modules/index.ts';

async function validated(content: string, options: Readonly<Record<string, string>> = {}) {
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
  const code = await run({ args: ['-'], options }, around);
  return { ...said, code };
}

test('validate ends with 4 for errors and with 0 for warnings alone', async () => {
  assert.equal((await validated('#cloud-config\nnope: 1\n')).code, 4);
  const warned = await validated('#cloud-config\nsnap: 1\n');
  assert.equal(warned.code, 0);
  assert.equal(warned.err, 'standard input: 1 warning; "bootagent explain unsupported" tells more\n');
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
