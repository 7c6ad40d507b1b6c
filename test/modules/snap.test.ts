import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { snap } from '../../modules/snap.ts';
import { plan } from '../support/settings.ts';

const itemsOf = (yaml: string): readonly string[] => {
  const script = plan(snap, yaml).at(-1)?.changes[0];
  return script?.kind === 'script' ? script.items : [];
};

describe('snap', () => {
  test('runs its commands once snapd is ready; a list of words needs no program in front', () =>
    assert.deepEqual(itemsOf('snap: {commands: ["snap install a", [install, b], [snap, set, system, x=y]]}'), [
      'snap wait system seed.loaded',
      'snap install a',
      "snap 'install' 'b'",
      "'snap' 'set' 'system' 'x=y'",
    ]));

  test('runs the commands of a mapping in the order of their names', () =>
    assert.deepEqual(itemsOf('snap: {commands: {"02": snap install b, "01": snap install a}}').slice(1), [
      'snap install a',
      'snap install b',
    ]));

  test('acknowledges assertions first', () => {
    const yaml = String.raw`snap: {assertions: ["type: a\n", "type: b\n"], commands: [[install, c]]}`;
    const [file] = plan(snap, yaml);
    assert.deepEqual(file?.changes, [
      { kind: 'file', path: '/var/lib/bootagent/snap.assertions', content: 'type: a\n\ntype: b\n', mode: 0o600 },
    ]);
    assert.deepEqual(itemsOf(yaml).slice(1), ['snap ack /var/lib/bootagent/snap.assertions', "snap 'install' 'c'"]);
  });

  test('that is not asked for does nothing', () => {
    for (const yaml of ['a: 1', 'snap: {commands: []}']) assert.deepEqual(plan(snap, yaml), []);
  });
});
