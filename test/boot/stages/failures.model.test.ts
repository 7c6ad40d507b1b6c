import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../../agent/base/problem.ts';
import { stages } from '../../../agent/engine/module.ts';
import type { Host } from '../../../agent/host/host.ts';
import { openState } from '../../../agent/state/state.ts';
import { booted, type How, machineOf, units } from '../../support/boots.ts';
import { often } from '../../support/often.ts';

/** What is broken on the machine, and the version of the user-data. */
interface World {
  readonly broken: Set<string>;
  version: number;
}

/** By item: whether the last attempt failed. */
type Model = Map<string, { failed: boolean }>;

const items = ['bootcmd', 'write_files[0]', 'write_files[1]', 'runcmd'] as const;
const paths: Readonly<Record<string, string>> = { 'write_files[0]': '/a', 'write_files[1]': '/b' };
type Item = (typeof items)[number];

const isScript = (item: Item): boolean => item === 'runcmd' || item === 'bootcmd';

const action = fc.oneof(
  fc.record({ act: fc.constant('boot' as const), way: fc.constantFrom('one run', 'stage by stage') }),
  fc.constant({ act: 'run again' as const }),
  fc.constant({ act: 'retry failed' as const }),
  fc.record({ act: fc.constant('force' as const), only: fc.constantFrom('runcmd', 'write_files', 'bootcmd') }),
  fc.constant({ act: 'reset' as const }),
  fc.constant({ act: 'change settings' as const }),
  fc.record({ act: fc.constant('break' as const), what: fc.constantFrom(...items) }),
  fc.record({ act: fc.constant('repair' as const), what: fc.constantFrom(...items) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Runs the actions on a real engine over a machine in memory; `tried` records each attempt of an item in the model. */
async function follow(actions: readonly Action[]): Promise<void> {
  const world: World = { broken: new Set(), version: 0 };
  const model: Model = new Map();
  const tried = (item: Item) => void model.set(item, { failed: world.broken.has(item) });
  const machine = machineOf({
    shell: (item) => {
      const name = item.split(' ')[0] as Item;
      tried(name);
      return { code: world.broken.has(name) ? 1 : 0 };
    },
  });
  const host: Host = {
    ...machine.host,
    writeFile: async (path, content, attributes) => {
      const item = items.find((each) => paths[each] === path);
      if (item) tried(item);
      if (item && world.broken.has(item)) throw new Problem('file-failed', `Cannot write ${path}: the disk is full`);
      return machine.host.writeFile(path, content, attributes);
    },
  };
  const image = () =>
    [
      'bootcmd: [bootcmd]',
      `write_files: [{path: /a, content: "${world.version}"}, {path: /b, content: "${world.version}"}]`,
      `runcmd: [runcmd ${world.version}]\n`,
    ].join('\n');
  const run = (own: How) => booted(machine, { cloud: { id: 'i-1' }, image: image(), host, ...own });
  let booting = false;
  for (const each of actions) {
    if (!booting && !['boot', 'break', 'repair', 'change settings'].includes(each.act)) continue;
    if (each.act === 'boot') {
      booting = true;
      await run({ units: each.way === 'one run' ? [stages] : units });
    } else if (each.act === 'run again') await run({ units: [stages], sameBoot: true });
    else if (each.act === 'retry failed') await run({ units: [stages], sameBoot: true, own: { retryFailed: true } });
    else if (each.act === 'force')
      await run({ units: [stages], sameBoot: true, own: { force: true, only: [each.only] } });
    else if (each.act === 'reset') {
      machine.store.files.clear();
      machine.store.files.set('fresh', '');
      model.clear();
    } else if (each.act === 'change settings') world.version++;
    else if (each.act === 'break') world.broken.add(each.what);
    else world.broken.delete(each.what);
    const state = openState(machine.store);
    const failed = state.lastRuns().flatMap((record) => Object.keys(record.failed));
    const expected = items.filter((item) => model.get(item)?.failed);
    assert.deepEqual(failed.toSorted(), expected.toSorted(), `after ${JSON.stringify(each)}`);
    for (const record of state.lastRuns())
      for (const item of items)
        if (record.failed[item] && isScript(item)) assert.equal(record.failed[item].item?.code, 1);
  }
}

test('what is failed in the state is what failed at its last attempt, after any sequence of runs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 2, maxLength: 14 }), (actions) =>
      follow([{ act: 'boot', way: 'one run' }, ...actions]),
    ),
    { numRuns: often(2000) },
  );
});
