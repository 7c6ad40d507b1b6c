import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeParts } from '../../agent/userdata/merge.ts';
import { readUserData } from '../../agent/userdata/read-user-data.ts';
import { collect } from '../../agent/userdata/schema/findings.ts';
import type { Mapping } from '../../agent/userdata/schema/source-node.ts';
import { knownKeys } from '../../agent/validate/keys.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';
import { fromShared } from '../support/shared.ts';
import { plain, yaml } from '../support/written.ts';

interface ScalarCase {
  readonly yaml: string;
  readonly value?: unknown;
  readonly error?: string;
}

const scalars = fromShared('conformance/yaml-scalars.json');
test('scalars mean what they mean to cloud-init', { skip: scalars.skip }, () => {
  for (const each of JSON.parse(scalars.text()) as readonly ScalarCase[]) {
    const { written } = yaml(each.yaml);
    if (each.error !== undefined) assert.equal(written, undefined, each.yaml);
    // An intended difference: no setting takes a date, so dates remain text.
    else if (JSON.stringify(each.value).includes('$date'))
      assert.match(JSON.stringify(written && plain(written)), /"20/);
    else assert.deepEqual(written && plain(written), each.value, each.yaml);
  }
});

interface MergeCase {
  readonly n: number;
  readonly sources: readonly string[];
  readonly expected: unknown;
}

const merges = fromShared('conformance/merge.json');
test('parts are merged as cloud-init merges them', { skip: merges.skip }, () => {
  const cases = JSON.parse(merges.text()) as readonly MergeCase[];
  for (const { n, sources, expected } of cases) {
    const parts = sources.map((source) => ({ config: yaml(source.replace(/^##.*\n/, '')).written as Mapping }));
    assert.deepEqual(plain(mergeParts(parts, collect('bad-user-data'))), expected, `case ${n}`);
  }
  assert.equal(cases.length, 12);
});

interface PartsCase {
  readonly name: string;
  readonly base64: string;
  readonly parts: readonly (readonly [type: string, name: string, index: number | null, start: string])[];
}

/** Cases that bootagent reads on purpose although cloud-init ignores them, because they have no other meaning. */
const readNonetheless = ['bom', 'b64'];

const parts = fromShared('conformance/userdata-parts.json');
test('odd user-data is taken for what it is', { skip: parts.skip }, async () => {
  const variables = { v1: { region: 'eu' } };
  for (const { name, base64, parts: expected } of JSON.parse(parts.text()) as readonly PartsCase[]) {
    const { config, scripts, findings } = await readUserData(Buffer.from(base64, 'base64'), {
      source: 'user-data',
      variables,
    });
    const types = expected.map(([type]) => type);
    const asConfig = types.some((type) => type === 'text/cloud-config' || type === 'text/jinja2');
    assert.equal(config.entries.size > 0, asConfig || readNonetheless.includes(name), name);
    const named = expected.filter(([type]) => type === 'text/x-shellscript').map(([, partName]) => partName);
    assert.deepEqual(
      scripts.map((script) => script.name),
      named,
      name,
    );
    const dropped = types.includes('text/x-not-multipart') && name !== 'empty' && name !== 'b64';
    assert.equal(findings.length > 0, dropped, name);
  }
});

interface VerdictCase {
  readonly config: Readonly<Record<string, unknown>>;
  readonly result: 'valid' | 'deprecated' | 'invalid';
}

/**
 * Keys for which the cases contain made-up passwords and keys, which cloud-init's schema accepts and its modules, like ours,
 * refuse.
 */
const madeUp = ['chpasswd', 'ssh_authorized_keys', 'ssh_keys', 'users', 'user'];

const verdicts = fromShared('conformance/schema-verdicts.json');
test('what cloud-init takes is taken, for every key that is done', { skip: verdicts.skip }, async () => {
  const known = knownKeys(Object.values(schedule).flat());
  let taken = 0;
  for (const { config, result } of JSON.parse(verdicts.text()) as readonly VerdictCase[]) {
    const keys = Object.keys(config);
    if (result === 'invalid' || keys.length === 0 || !keys.every((key) => known.has(key))) continue;
    if (keys.some((key) => madeUp.includes(key))) continue;
    const text = `#cloud-config\n${JSON.stringify(config)}\n`;
    const { findings } = await validate(Buffer.from(text), 'user-data', schedule);
    assert.deepEqual(
      findings.filter(({ level }) => level === 'error'),
      [],
      text,
    );
    taken++;
  }
  assert.ok(taken >= 10, `${taken} cases`);
});
