import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../../agent/base/problem.ts';
import type { PlanItem, ScriptChange } from '../../../agent/engine/change.ts';
import type { LedgerEntry } from '../../../agent/engine/handler.ts';
import type { Step } from '../../../agent/engine/step.ts';
import { applied, laws, previewed } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { memoryLedger } from '../../support/memory-ledger.ts';

const list = (own: Partial<ScriptChange> = {}): PlanItem[] => [
  { at: 'runcmd', changes: [{ kind: 'script', name: 'runcmd', items: ['a', 'b', 'c'], shell: 'sh', ...own }] },
];
const key = 'runcmd: script runcmd';

const told = ([step]: readonly Step[]): string =>
  step?.outcome === 'failed'
    ? step.problem.message
    : `${step?.outcome} ${step && 'note' in step ? step.note : ''}`.trim();

function ledgerOf(earlier: readonly LedgerEntry[], before: readonly (readonly LedgerEntry[])[] = []) {
  const ledger = memoryLedger(before);
  ledger.records.set(key, [...earlier]);
  return ledger;
}

laws('a list of commands', list(), () => memoryHost());

describe('a list of commands', () => {
  test('that fails is told with its items, and not run again', async () => {
    const ledger = memoryLedger();
    const host = memoryHost({ shell: (item) => ({ code: item === 'b' ? 3 : 0 }) });
    assert.equal(told(await applied(list(), host, ledger)), 'runcmd[1] (2 of 3) failed: exit 3');
    const [again] = await applied(list(), host, ledger);
    assert.deepEqual([again?.outcome, again && 'failed' in again && again.failed], ['done', true]);
    assert.deepEqual(host.did, ['shell runcmd', 'item a', 'item b', 'item c']);
  });

  test('stops at an item that fails, when asked to', async () => {
    const host = memoryHost({ shell: () => ({ code: 1 }) });
    assert.equal(
      told(await applied(list({ onError: 'stop' }), host)),
      'runcmd[0] (1 of 3) failed: exit 1; the rest was not run',
    );
  });

  test('that takes the machine down is done, with what it had run', async () => {
    const ledger = memoryLedger();
    const host = memoryHost({ shell: (item) => (item === 'b' ? 'shutdown' : {}) });
    assert.equal(told(await applied(list(), host, ledger)), 'made the machine went down in runcmd[1] (2 of 3)');
    assert.equal(told(await applied(list(), host, ledger)), 'done');
  });

  test('that takes the machine down goes on after the boot, when asked to', async () => {
    const ledger = memoryLedger();
    const host = memoryHost({ shell: (item) => (item === 'b' ? 'shutdown' : {}) });
    await applied(list({ onInterrupt: 'resume' }), host, ledger);
    await applied(list({ onInterrupt: 'resume' }), host, ledger);
    assert.deepEqual(host.did, ['shell runcmd', 'item a', 'item b', 'shell runcmd', 'item c']);
  });

  const cut: LedgerEntry[] = [
    { is: 'began' },
    { is: 'item-began', item: 0 },
    { is: 'item-ended', item: 0, code: 0 },
    { is: 'item-began', item: 1 },
  ];
  for (const [onInterrupt, outcome] of [
    [undefined, 'runcmd was interrupted in runcmd[1] (2 of 3); it is not run again'],
    ['stop', 'runcmd was interrupted in runcmd[1] (2 of 3); it is not run again'],
    ['resume', 'made'],
    ['rerun', 'made'],
  ] as const) {
    test(`cut by a power loss, with on_interrupt ${onInterrupt}: ${outcome}`, async () => {
      const own = onInterrupt === undefined ? {} : { onInterrupt };
      assert.equal(told(await applied(list(own), memoryHost(), ledgerOf(cut))), outcome);
    });
  }

  test('that had begun no item is simply run', async () => {
    assert.equal(told(await applied(list(), memoryHost(), ledgerOf([{ is: 'began' }]))), 'made');
  });

  for (const [when, earlier] of [
    ['never', []],
    ['after an interruption that is to be run again', cut],
  ] as const) {
    test(`that could not start is still due, where it had run ${when}`, async () => {
      const own = when === 'never' ? {} : ({ onInterrupt: 'rerun' } as const);
      const ledger = ledgerOf(earlier);
      const host = memoryHost();
      const full = async () => Promise.reject(new Problem('file-failed', 'Cannot write: the disk is full'));
      assert.equal(told(await applied(list(own), { ...host, shell: full }, ledger)), 'Cannot write: the disk is full');
      assert.equal(told(await previewed(list(own), host, ledger)), 'due');
      assert.equal(told(await applied(list(own), host, ledger)), 'made');
      assert.equal(told(await applied(list(own), host, ledger)), 'done');
    });
  }

  test('that ended before its first command is still due', async () => {
    const ledger = memoryLedger();
    const host = memoryHost();
    const shell = async () => ({ code: 2, log: '/log/runcmd', shutdown: false });
    assert.match(told(await applied(list(), { ...host, shell }, ledger)), /exit 2 before the first command/);
    assert.equal(told(await applied(list(), host, ledger)), 'made');
  });

  test('that has taken the machine down three boots running is left out', async () => {
    const down: LedgerEntry[] = [
      { is: 'began' },
      { is: 'item-began', item: 0 },
      { is: 'down', item: 0 },
      { is: 'ended', ok: true },
    ];
    const crashed: LedgerEntry[] = [{ is: 'began' }, { is: 'item-began', item: 0 }];
    const plan = list({ name: 'bootcmd' });
    const ledger = memoryLedger([down, crashed, down]);
    assert.equal(
      told(await previewed(plan, memoryHost(), ledger)),
      'bootcmd has ended with the machine going down 3 boots running, and is left out',
    );
    assert.equal(told(await previewed(plan, memoryHost(), memoryLedger([down, down]))), 'due');
  });
});
