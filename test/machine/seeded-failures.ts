import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertGolden } from '../support/golden.ts';
import { linesOf } from './support/boot.ts';
import { container } from './support/container.ts';
import { run, unable } from './support/scratch.ts';
import { type Seeded, secret, seeds } from './support/seeds.ts';
import {
  jsonOf,
  type StatusJson,
  textOf,
  textsIn,
  unwrapped,
  type View,
  type Views,
  viewProbe,
  viewsOf,
} from './support/views.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');
const golden = new URL('../golden/seeded-failures/', import.meta.url);
const nocloud = '/var/lib/cloud/seed/nocloud';
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V admin';

/** The exit codes of docs/commands.md. */
const codes: Readonly<Record<Seeded['state'], number>> = { done: 0, failed: 1, problems: 2 };

/** Boots a machine with this failure, and returns its views and what the probe of the failure recorded. */
async function boot(name: string, { release = 'bookworm', userData, files = {}, enable = [], probe = {} }: Seeded) {
  await using machine = await container(release, { probe: { ...viewProbe, ...probe } });
  // A login prompt would share the console, and keys of one type are enough here.
  await run('systemctl', ['--root', machine.root, 'mask', 'console-getty.service', 'getty.target']);
  await machine.write('/etc/bootagent/conf.d/40-keys.yaml', 'ssh_genkeytypes: [ed25519]\n');
  if (userData !== undefined) {
    await machine.write(`${nocloud}/meta-data`, `instance-id: i-${name}\npublic-keys: ["${key}"]\n`);
    await machine.write(`${nocloud}/user-data`, `#cloud-config\n${userData}`, 0o600);
  }
  for (const [path, text] of Object.entries(files)) await machine.write(path, text);
  for (const unit of enable) await run('systemctl', ['--root', machine.root, 'enable', unit]);
  const ended = await machine.boot();
  return {
    views: viewsOf(ended),
    recorded: Object.fromEntries(Object.keys(probe).map((each) => [each, ended.read(each)])),
  };
}

/** Asserts that each view names the cause, and that all of them agree. */
function agree(views: Views, { cause, state }: Seeded): void {
  const shown: Readonly<Record<string, string>> = {
    why: unwrapped(views.why.text),
    'why as nobody': unwrapped(views['why-nobody'].text),
    console: unwrapped(views.console),
    status: views.status.text,
    'status as nobody': views['status-nobody'].text,
    'JSON of why': textsIn(views['why-json'].text),
    'JSON of status': textsIn(views['status-json'].text),
    'JSON of status as nobody': textsIn(views['status-json-nobody'].text),
  };
  for (const [view, text] of Object.entries(shown)) {
    for (const words of cause) assert.ok(text.includes(words), `${view} does not name "${words}":\n${text}`);
    assert.ok(!text.includes(secret), `${view} shows a secret`);
  }
  for (const view of ['why', 'why-nobody'] as const) {
    const lines = linesOf(views[view].text);
    assert.ok(lines.length <= 10, `more than ten lines:\n${views[view].text}`);
    for (const line of lines) assert.ok(line.length <= 80, `wider than 80 columns: ${line}`);
  }
  const [json, asNobody] = (['status-json', 'status-json-nobody'] as const).map((view) => JSON.parse(views[view].text));
  const { findings: _, ...publicJson } = json;
  assert.deepEqual(asNobody, { ...publicJson, findings: [] }, 'nobody sees what root sees, but for the findings');
  const { failed, ...last } = JSON.parse(views.console.trimEnd().split('\n').at(-1) ?? '');
  const states = [json.state, last.state, JSON.parse(views['why-json'].text).state];
  for (const view of ['status', 'status-nobody'] as const) states.push(/^state +(\S.*)$/m.exec(views[view].text)?.[1]);
  assert.deepEqual(new Set(states), new Set([state]));
  const modules = (json as StatusJson).failed.map(({ module }) => module);
  assert.deepEqual(failed, [...new Set(modules)]);
  assert.equal(failed.length > 0, state !== 'done');
  const exits = Object.entries(views).flatMap(([name, view]) =>
    name === 'console' ? [] : [[name, (view as View).code] as const],
  );
  assert.deepEqual(
    exits,
    exits.map(([name]) => [name, codes[state]]),
  );
}

describe('a seeded failure is named by every view, and all agree', { skip, concurrency: 3 }, () => {
  mkdirSync(golden, { recursive: true });
  for (const [name, seeded] of Object.entries(seeds)) {
    test(name, async () => {
      const { views, recorded } = await boot(name, seeded);
      agree(views, seeded);
      seeded.also?.(recorded);
      assertGolden(new URL(`${name}.txt`, golden), textOf(views));
      assertGolden(new URL(`${name}.json.txt`, golden), jsonOf(views));
    });
  }
});
