import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change } from '../../agent/engine/change.ts';
import type { Difference } from '../../agent/engine/handler.ts';
import { overlayHost } from '../../agent/engine/overlay-host.ts';
import { didOf, nameOf, sortOf, willOf } from '../../agent/report/wording.ts';
import { apply, preview } from '../../agent/resources/index.ts';
import { memoryHost } from '../support/memory-host.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

const words = (change: Change, difference?: Difference): string =>
  `${nameOf(change)}: ${willOf(change, difference)} / ${didOf(change, difference)}`;

describe('a change', () => {
  for (const [change, difference, expected, sort] of [
    [{ kind: 'user', name: 'alice' }, { why: '', will: 'create' }, 'user alice: create / created', 'add'],
    [
      { kind: 'hostname', name: 'web-01' },
      { why: '', will: 'vm -> web-01' },
      'hostname: vm -> web-01 / vm -> web-01',
      'change',
    ],
    [
      { kind: 'user', name: 'a' },
      { why: '', will: 'change shell, comment' },
      'user a: change shell, comment / changed shell, comment',
      'change',
    ],
    [{ kind: 'absent', path: '/x' }, { why: '' }, '/x: remove / removed', 'remove'],
    [{ kind: 'notify', what: 'restart', unit: 'a.service' }, undefined, 'a.service: restart / restarted', 'once'],
    [{ kind: 'locked', user: 'root', locked: true }, { why: '' }, 'user root: lock / locked', 'change'],
    [
      { kind: 'expired-password', user: 'a' },
      { why: '' },
      'password of a: expire, so that it is changed at the next login / expired, so that it is changed at the next login',
      'once',
    ],
  ] as const) {
    test(`is announced and reported: ${expected}`, () => {
      assert.equal(words(change as Change, difference), expected);
      assert.equal(sortOf(change as Change, difference), sort);
    });
  }

  for (const [before, after, will] of [
    ['', 'a\n', 'add 1 line'],
    ['a\n', 'a\nb\nc\n', 'add 2 lines'],
    ['a\nb\n', 'a\n', 'remove 1 line'],
    ['a\nb\n', 'a\nc\n', 'change 1 line'],
    ['a\nb\n', 'a\nc\nd\n', 'change lines (+2 -1)'],
  ] as const) {
    test(`of a shared file counts its lines: ${will}`, () => {
      const change = { kind: 'edit', path: '/etc/fstab' } as Change;
      assert.equal(willOf(change, { why: '', file: { path: '/etc/fstab', before, after } }), will);
    });
  }

  test('says after a run what was done, never the state before', async () => {
    const items = [
      {
        at: 'a',
        changes: [
          { kind: 'file', path: '/etc/a', content: 'x\n' },
          { kind: 'directory', path: '/etc/d' },
        ],
      },
      {
        at: 'b',
        changes: [
          { kind: 'link', path: '/etc/l', target: 'a' },
          { kind: 'hostname', name: 'web-01' },
        ],
      },
    ] as const;
    const machine = () => memoryHost({ files: { '/etc/hostname': 'vm\n', '/proc/sys/kernel/hostname': 'vm\n' } });
    const texts: string[] = [];
    for (const item of items) {
      for (const step of await preview(item, overlayHost(machine()), memoryLedger()))
        if (step.outcome === 'due') texts.push(`${nameOf(step.change)}: ${willOf(step.change, step.difference)}`);
      for (const step of await apply(item, machine(), memoryLedger()))
        if (step.outcome === 'made') texts.push(`${nameOf(step.change)}: ${didOf(step.change, step.difference)}`);
    }
    assert.deepEqual(texts, [
      '/etc/a: create',
      '/etc/d: create',
      '/etc/a: created',
      '/etc/d: created',
      '/etc/l: create, to a',
      'hostname: vm -> web-01',
      '/etc/l: created, to a',
      'hostname: vm -> web-01',
    ]);
  });
});
