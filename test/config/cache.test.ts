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
