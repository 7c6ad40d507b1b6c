import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readUserData } from '../../agent/userdata/read-user-data.ts';
import type { SourceNode } from '../../agent/userdata/schema/source-node.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';
import { faultsIn, type Schema } from '../support/json-schema.ts';
import { fromShared } from '../support/shared.ts';

const schema = JSON.parse(readFileSync('docs/schema/cloud-config.json', 'utf8')) as Schema;

/** Converts a value as an editor sees it: bytes, and numbers that JSON lacks, become their text. */
function json(written: SourceNode): unknown {
  if (written.is === 'list') return written.items.map(json);
  if (written.is === 'mapping')
    return Object.fromEntries([...written.entries].map(([key, { value }]) => [key, json(value)]));
  const { value, raw } = written;
  const isJson = value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value);
  return isJson ? value : raw;
}

/** Returns what the schema refuses in a text in which `validate` finds no error; undefined if it finds one. */
async function refused(text: string): Promise<readonly string[] | undefined> {
  const bytes = Buffer.from(text);
  const { findings } = await validate(bytes, 'user-data', schedule);
  if (findings.some(({ level }) => level === 'error')) return undefined;
  return faultsIn(json((await readUserData(bytes, { source: 'user-data' })).config), schema);
}

const read = (path: string): string => readFileSync(path, 'utf8');
const blocks = (path: string): readonly string[] =>
  [...read(path).matchAll(/```yaml\n(#cloud-config\n[\s\S]*?)```/g)].map(([, block = '']) => block);

const documents: readonly (readonly [name: string, text: string])[] = [
  ...globSync('examples/*.yaml').map((path) => [path, read(path)] as const),
  ...['README.md', ...globSync('docs/*.md')].flatMap((path) =>
    blocks(path).map((text, index) => [`${path}, block ${index + 1}`, text] as const),
  ),
  ...read('test/conformance/lenient-forms.yaml')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))
    .map((line) => [line, `#cloud-config\n${line}\n`] as const),
];

describe('the published schema refuses nothing that validate accepts', () => {
  for (const [name, text] of documents) {
    test(name, async () => assert.deepEqual(await refused(text), []));
  }

  const verdicts = fromShared('conformance/schema-verdicts.json');
  test("cloud-init's configurations", { skip: verdicts.skip }, async () => {
    const cases = JSON.parse(verdicts.text()) as readonly { readonly config: unknown }[];
    let accepted = 0;
    for (const { config } of cases) {
      const faults = await refused(`#cloud-config\n${JSON.stringify(config)}\n`);
      if (faults) accepted++;
      assert.deepEqual(faults ?? [], [], JSON.stringify(config));
    }
    assert.ok(accepted > 80, `${accepted} of ${cases.length}`);
  });

  const users = fromShared('conformance/users-rhel.json');
  test("cloud-init's users", { skip: users.skip }, async () => {
    for (const { in: config } of JSON.parse(users.text()) as readonly { readonly in: unknown }[])
      assert.deepEqual((await refused(`#cloud-config\n${JSON.stringify(config)}\n`)) ?? [], [], JSON.stringify(config));
  });
});
