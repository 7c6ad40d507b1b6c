import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { linesFor } from '../../agent/commands/detect.ts';
import { detection } from '../../agent/identity/detect.ts';
import { identify } from '../../agent/identity/select-datasource.ts';
import { facts } from '../support/facts.ts';
import { assertGolden } from '../support/golden.ts';
import { memoryHost } from '../support/memory-host.ts';
import { isoImage, missingTools } from '../support/metadata/images.ts';
import { type PlatformCase, platforms } from '../support/metadata/platforms.ts';

/** Returns what a boot would ask, what `bootagent detect` prints, and the number of requests that detection sends. */
async function detectedOn({ platform, drive, files }: PlatformCase) {
  const [label = '', tree = {}] = drive ?? [];
  const disk = drive && {
    '/dev/sr0': isoImage(tree, label, '-R'),
    '/sys/class/block/sr0/size': '800\n',
  };
  const host = memoryHost({ files: { ...files, ...disk } });
  const machine = facts({ platform: { ...facts().platform, ...platform } });
  const context = { host, facts: machine, named: undefined, settings: {} };
  const found = await detection(context);
  const names = found.filter(({ because }) => because !== undefined).map(({ source }) => source);
  const inOrder = ['disk', 'network'].flatMap((needs) => names.filter((source) => source.needs === needs));
  const lines = linesFor(found, context, [], 5).map(({ text }) => text);
  return { host, machine, names: inOrder.map(({ name }) => name), lines };
}

suite('each platform is detected as what it is', { skip: missingTools ?? false }, () => {
  const printed = new Map<string, readonly string[]>();
  for (const [name, each] of Object.entries(platforms)) {
    test(`${name}: ${each.detected.join(', then ') || 'nothing'}`, async () => {
      const { names, lines, host, machine } = await detectedOn(each);
      assert.deepEqual(names, each.detected);
      printed.set(name, lines);
      if (each.detected.length > 0) return;
      // Where nothing is detected, a boot sends no request and waits for nothing.
      const selected = await identify({
        host,
        facts: machine,
        named: undefined,
        settings: {},
        stage: 'network',
        deadline: 20_000,
        note: (_level, text) => assert.fail(text),
      });
      assert.deepEqual([selected.instance, host.asked.length, host.now()], [undefined, 0, 0]);
    });
  }

  test('at least 40 platforms are tried', () => assert.ok(Object.keys(platforms).length >= 40));

  test('"bootagent detect" prints for each what is recorded', () => {
    // With a filter on names, only some platforms were tried.
    if (printed.size < Object.keys(platforms).length) return;
    const text = [...printed].map(([name, lines]) => `# ${name}\n${lines.join('\n')}\n`).join('\n');
    assertGolden(new URL('../golden/detect.txt', import.meta.url), text);
  });
});
