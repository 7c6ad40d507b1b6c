import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Formats, formats } from '../../agent/state/records.ts';
import { openState } from '../../agent/state/state.ts';
import { memoryStore } from '../../agent/state/store.ts';

const who = { id: 'i-1', datasource: 'ec2', fingerprint: 'f' };

describe('an emptied state', () => {
  const journal = `{"is":"format","version":1}\n`;
  for (const [what, files, emptied] of [
    ['nothing at all', {}, true],
    ['the mark of a fresh image', { fresh: '' }, false],
    ['a journal', { 'journal.ndjson': journal }, false],
    ['an empty journal', { 'journal.ndjson': '' }, false],
    ['a damaged journal', { 'journal.ndjson': '\0' }, false],
    ['an instance', { 'instance.json': '{}' }, false],
    ['what is no state', { 'tries.json': '{}' }, true],
  ] as const) {
    test(`is ${emptied ? '' : 'not '}what ${what} is`, () =>
      assert.equal(openState(memoryStore(new Map(Object.entries(files)))).emptied(), emptied));
  }

  test('stays so for the later units of a boot, until an instance is recorded', () => {
    const store = memoryStore();
    const first = openState(store);
    first.setInService();
    first.ended({ module: 'growpart', scope: 'image', hash: 'h', failed: {} });
    assert.equal(openState(store).emptied(), true);
    openState(store).remember(who, '{}');
    assert.deepEqual([openState(store).emptied(), openState(store).inService()], [false, true]);
  });

  test('is not one that cannot be read: that counts as lost, and says why', () => {
    const store = {
      ...memoryStore(),
      read: () => {
        throw new Error('the disk answers with an error');
      },
    };
    const { condition, warnings, emptied, inService } = openState(store);
    assert.deepEqual([condition, emptied(), inService()], ['lost', false, true]);
    assert.deepEqual(warnings, [{ code: 'state-damaged', text: 'the disk answers with an error' }]);
  });
});

describe('what is remembered', () => {
  test('is there for the next start: who we are, turns, acts, debts', async () => {
    const store = memoryStore();
    const first = openState(store);
    first.remember(who, '{"id":"i-1"}');
    first.began('swap', 'instance:i-1');
    first.ended({ module: 'swap', scope: 'instance:i-1', hash: 'h', failed: {} });
    const ledger = first.ledger('runcmd', 'instance:i-1');
    await ledger.write('k', { is: 'began' });
    await ledger.pend(['later']);
    const next = openState(store);
    assert.deepEqual(next.identity(), who);
    assert.equal(next.instance(), '{"id":"i-1"}');
    assert.equal(next.lastRun('swap')?.hash, 'h');
    assert.equal(next.interrupted, undefined);
    const again = next.ledger('runcmd', 'instance:i-1');
    assert.deepEqual(again.entriesOf('k'), { earlier: [{ is: 'began' }], before: [] });
    assert.deepEqual([again.isPending('later'), again.isPending('other')], [true, false]);
  });

  test('is on disk at once where its loss could repeat or hide something, and later where it only shows progress', async () => {
    const plain = memoryStore();
    const lines: string[] = [];
    const store = {
      ...plain,
      append(name: string, line: string, when?: 'later') {
        const { is, entry } = JSON.parse(line);
        lines.push(`${entry?.is ?? is} ${when ?? 'now'}`);
        plain.append(name, line);
      },
    };
    const state = openState(store);
    state.remember(who, '{}');
    state.began('runcmd', 'instance:i-1');
    const ledger = state.ledger('runcmd', 'instance:i-1');
    for (const is of ['began', 'item-began', 'item-ended', 'ended']) await ledger.write('k', { is });
    await ledger.pend(['reload']);
    await ledger.clear('reload');
    state.ended({ module: 'runcmd', scope: 'instance:i-1', hash: 'h', failed: {} });
    state.deferred('runcmd');
    state.setInService();
    assert.deepEqual(lines, [
      'began later',
      ...['began now', 'item-began now', 'item-ended later', 'ended now'],
      ...['owed now', 'settled later', 'turn later', 'rested later', 'in-service now'],
    ]);
  });

  test('names the interrupted module', () => {
    const store = memoryStore();
    openState(store).began('packages', 'instance:i-1');
    assert.equal(openState(store).interrupted, 'packages');
  });

  test('of an act of each boot is apart for each, the last ones at hand', async () => {
    const store = memoryStore();
    for (const boot of ['boot:1', 'boot:2']) await openState(store).ledger('bootcmd', boot).write('k', { is: boot });
    assert.deepEqual(openState(store).ledger('bootcmd', 'boot:3').entriesOf('k'), {
      earlier: [],
      before: [[{ is: 'boot:1' }], [{ is: 'boot:2' }]],
    });
  });

  test('without an instance counts for the first instance', async () => {
    const store = memoryStore();
    const state = openState(store);
    state.ended({ module: 'swap', scope: 'instance:nobody', hash: 'h', failed: {} });
    await state.ledger('runcmd', 'instance:nobody').write('k', { is: 'ended', ok: true });
    state.adopt('instance:nobody', 'instance:i-1');
    const next = openState(store);
    assert.equal(next.lastRun('swap')?.scope, 'instance:i-1');
    assert.equal(next.ledger('runcmd', 'instance:i-1').entriesOf('k').earlier.length, 1);
  });

  test('stays short however long the machine lives', async () => {
    const store = memoryStore();
    for (let boot = 0; boot < 300; boot++) {
      const state = openState(store);
      for (let n = 0; n < 5; n++) await state.ledger('bootcmd', `boot:${boot}`).write('k', { is: 'began' });
    }
    assert.ok((store.read('journal.ndjson') ?? '').split('\n').length < 1010);
    assert.equal(openState(store).ledger('bootcmd', 'boot:x').entriesOf('k').before.at(-1)?.length, 5);
  });
});

describe('a state that is lost or damaged', () => {
  for (const [what, files, condition, damaged] of [
    ['nothing, and the mark of a fresh image', { fresh: '' }, 'fresh', 0],
    ['nothing at all', {}, 'lost', 0],
    ['an empty journal', { 'journal.ndjson': '' }, 'lost', 0],
    ['rubbish', { 'journal.ndjson': '\0\0\0\n{"a":1}\n' }, 'lost', 3],
    [
      'a journal cut in its last line',
      {
        'journal.ndjson': `{"is":"format","version":1}\n{"is":"identity","id":"i-1","datasource":"ec2","fingerprint":"f"}\n{"is":"tu`,
      },
      'known',
      0,
    ],
  ] as const) {
    test(`${what}: ${condition}`, () => {
      const state = openState(memoryStore(new Map(Object.entries(files))));
      assert.deepEqual([state.condition, state.damaged], [condition, damaged]);
    });
  }

  test('is written anew, whole, with the next record', () => {
    const store = memoryStore(new Map([['journal.ndjson', '{"is":"format","version":1}\n{"is":"tu']]));
    openState(store).began('swap', 's');
    assert.equal(openState(store).damaged, 0);
    assert.equal(openState(store).interrupted, 'swap');
  });
});

describe('a state of another version', () => {
  const ended = (version: number, scope: string) =>
    memoryStore(
      new Map([
        [
          'journal.ndjson',
          `{"is":"format","version":${version}}\n{"is":"turn","module":"swap","scope":"${scope}","hash":"h","failed":{}}\n`,
        ],
      ]),
    );
  /** Two earlier formats: the first called an instance "i", the second "vm". */
  const renamed =
    (from: string, to: string): Formats['migrations'][number] =>
    (records) =>
      records.map((each) => (each.is === 'turn' ? { ...each, scope: each.scope.replace(from, to) } : each));
  const third: Formats = { version: 3, migrations: { 1: renamed('i:', 'vm:'), 2: renamed('vm:', 'instance:') } };

  for (const [version, scope] of [
    [1, 'i:a'],
    [2, 'vm:a'],
    [3, 'instance:a'],
  ] as const) {
    test(`that is ${version} of 3 is read in the words of today, and goes on in them`, () => {
      const store = ended(version, scope);
      const state = openState(store, third);
      assert.deepEqual([state.condition, state.inService(), state.warnings], ['known', false, []]);
      assert.equal(state.lastRun('swap')?.scope, 'instance:a');
      state.began('runcmd', 'instance:a');
      const lines = store.files.get('journal.ndjson')?.split('\n') ?? [];
      assert.deepEqual(JSON.parse(lines[0] ?? ''), { is: 'format', version: 3 });
      const next = openState(store, third);
      assert.deepEqual([next.lastRun('swap')?.scope, next.interrupted], ['instance:a', 'runcmd']);
    });
  }

  test('that is yet to come counts as lost on a machine in service, is told, and is kept', () => {
    const store = ended(4, 'in words unknown');
    store.files.set('fresh', '');
    const written = store.files.get('journal.ndjson');
    const state = openState(store, third);
    assert.deepEqual([state.condition, state.inService(), state.lastRun('swap')], ['lost', true, undefined]);
    assert.deepEqual(
      state.warnings.map(({ code }) => code),
      ['state-newer'],
    );
    state.setInService();
    assert.equal(store.files.get('journal-4.ndjson'), written);
    const next = openState(store, third);
    assert.deepEqual([next.inService(), next.warnings], [true, []]);
  });

  test('has a way to today from each version there has been', () => {
    const older = Array.from({ length: formats.version - 1 }, (_, index) => index + 1);
    assert.deepEqual(Object.keys(formats.migrations).map(Number), older);
  });
});

describe('an instance-id from outside', () => {
  for (const id of ['i\tb', 'i\nb', 'i"b', '["a","b"]', '', 'i\\']) {
    test(`may be ${JSON.stringify(id)}: what was done for it stays known`, async () => {
      const store = memoryStore();
      const scope = `instance:${id}`;
      const first = openState(store);
      first.ended({ module: 'runcmd', scope, hash: 'h', failed: {} });
      await first.ledger('runcmd', scope).write('a\tkey', { is: 'began' } as never);
      await first.ledger('runcmd', scope).pend(['pending\tkey']);
      first.adopt(scope, `${scope}2`);
      // Enough entries for the journal to be rewritten.
      for (let n = 0; n < 1_001; n++) first.deferred('runcmd');
      const next = openState(store);
      const ledger = openState(store).ledger('runcmd', `${scope}2`);
      assert.equal(next.lastRun('runcmd')?.scope, `${scope}2`);
      assert.equal(ledger.entriesOf('a\tkey').earlier.length, 1);
      assert.equal(ledger.isPending('pending\tkey'), true);
    });
  }
});
