import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cached } from '../../agent/config/cache.ts';
import { noSettings, type Settings } from '../../agent/config/settings.ts';
import { memoryStore } from '../../agent/state/store.ts';
import type { Mapping, SourceNode } from '../../agent/userdata/schema/source-node.ts';

const plain = { noNullPrototype: true } as const;
const place = fc.record({ source: fc.string(), line: fc.nat(), column: fc.nat() }, plain);
const scalar: fc.Arbitrary<SourceNode> = fc.oneof(
  fc.record(
    {
      is: fc.constant('scalar' as const),
      value: fc.oneof(fc.string(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constant(null), fc.uint8Array()),
      raw: fc.string(),
      place,
    },
    plain,
  ),
  fc.record(
    {
      is: fc.constant('scalar' as const),
      value: fc.string(),
      raw: fc.string(),
      quoted: fc.constant(true),
      place,
    },
    plain,
  ),
);
const { written } = fc.letrec<{ written: SourceNode; mapping: Mapping }>((tie) => ({
  written: fc.oneof(
    { maxDepth: 4 },
    scalar,
    tie('mapping'),
    fc.record({ is: fc.constant('list' as const), items: fc.array(tie('written')), place }, plain),
  ),
  mapping: fc.record(
    {
      is: fc.constant('mapping' as const),
      entries: fc
        .array(fc.tuple(fc.string(), fc.record({ key: place, value: tie('written') }, plain)))
        .map((all) => new Map(all)),
      place,
    },
    plain,
  ),
}));

const settingsWith = (config: Mapping): Settings => ({ ...noSettings, config, told: ['gzip'] });
const mapping = written.filter((each): each is Mapping => each.is === 'mapping');

test('settings that are kept come back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(mapping, async (config) => {
      const store = memoryStore();
      await cached(['a'], store, async () => settingsWith(config));
      const again = await cached(['a'], store, () => assert.fail('read anew'));
      assert.deepEqual(again, settingsWith(config));
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('they are read anew when anything they are made from has changed, or what was kept is damaged', async () => {
  const store = memoryStore();
  const read = async (): Promise<Settings> => ({ ...noSettings, told: ['once'] });
  await cached(['a'], store, read);
  let reads = 0;
  const counting = async (): Promise<Settings> => {
    reads++;
    return read();
  };
  await cached(['b'], store, counting);
  store.replace('settings.json', (store.read('settings.json') ?? '').slice(0, 60));
  await cached(['b'], store, counting);
  assert.equal(reads, 2);
});

test('what has errors is not kept: an #include may be there next time', async () => {
  const store = memoryStore();
  const finding = {
    level: 'error',
    code: 'x',
    at: '',
    place: { source: 'u', line: 1, column: 1 },
    message: 'm',
  } as const;
  await cached(['a'], store, async () => ({ ...noSettings, findings: [finding] }));
  assert.equal(store.read('settings.json'), undefined);
});

test('settings of another shape are read anew, wherever in them it is', async () => {
  const at = { source: 'user-data', line: 1, column: 1 };
  const config: Mapping = {
    is: 'mapping',
    place: at,
    entries: new Map([
      ['a', { key: at, value: { is: 'list', place: at, items: [{ is: 'scalar', value: 1, raw: '1', place: at }] } }],
    ]),
  };
  const whole: Settings = {
    ...settingsWith(config),
    scripts: [{ name: 'part-001', content: '#!/bin/sh', when: 'instance' }],
    findings: [{ level: 'warning', code: 'bad-user-data', at: '', place: at, message: 'm' }],
  };
  const store = memoryStore();
  await cached(['a'], store, async () => whole);
  const kept = JSON.parse(store.read('settings.json') ?? '');
  const wrong: readonly unknown[] = [null, 7, 'text', [], {}, [null], [{}]];
  let anew = 0;
  for (const path of pathsIn(kept).filter(([first]) => first !== 'key')) {
    for (const value of wrong) {
      store.replace('settings.json', JSON.stringify(withValue(kept, path, value)));
      const settings = await cached(['a'], store, async () => {
        anew++;
        return whole;
      });
      // Accepted settings have the types that their readers rely on.
      for (const { name, content } of settings.scripts)
        assert.deepEqual([typeof name, typeof content], ['string', 'string']);
      for (const { place, message } of settings.findings)
        assert.deepEqual([place.line > 0, typeof message], [true, 'string']);
      for (const text of settings.told) assert.equal(typeof text, 'string');
      assert.ok(settings.config.entries instanceof Map);
    }
  }
  assert.ok(anew > 100, `${anew} were read anew`);
});

/** Returns the path of each value in a document, parents first. */
function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const below = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...below.flatMap(([key, each]) => pathsIn(each, [...path, key]))].filter((each) => each.length > 0);
}

function withValue(whole: unknown, [key = '', ...more]: readonly string[], value: unknown): unknown {
  const copy = (Array.isArray(whole) ? [...whole] : { ...(whole as object) }) as Record<string, unknown>;
  copy[key] = more.length === 0 ? value : withValue(copy[key], more, value);
  return copy;
}
