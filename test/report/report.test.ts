import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Problem } from '../../agent/base/problem.ts';
import { consoleAt } from '../../agent/report/console.ts';
import { diff } from '../../agent/report/diff.ts';
import type { Event } from '../../agent/report/event.ts';
import { widest } from '../../agent/report/lines.ts';
import { bannerOf } from '../../agent/report/publish.ts';
import { redactor } from '../../agent/report/redact.ts';
import { console, journal, terminal } from '../../agent/report/sinks.ts';
import { addTo, emptySummary, lastLine } from '../../agent/report/summary.ts';
import { schedule } from '../../modules/index.ts';

const keys = 'ED25519 SHA256:aaaa+/=, RSA SHA256:bbbb';
const story: Event[] = [
  { event: 'run-began', version: '1', stages: ['main', 'final'], mode: 'apply' },
  { event: 'instance', id: 'i-1', datasource: 'ec2', how: 'ec2: named', standing: 'new', keys: 2 },
  { event: 'module-began', module: 'ssh_host_keys', stage: 'main' },
  {
    event: 'step',
    module: 'ssh_host_keys',
    step: {
      at: 'ssh',
      change: { kind: 'host-keys', machine: 'm', types: undefined, given: [], takesOver: true } as never, // only its kind is read
      outcome: 'made',
      difference: { why: 'has none' },
      note: keys,
    },
  },
  { event: 'announce', lines: ['alice SHA256:cccc'] },
  { event: 'module-ended', module: 'ssh_host_keys', result: { state: 'made', ms: 5 } },
  { event: 'module-began', module: 'runcmd', stage: 'final' },
  { event: 'script-item', module: 'runcmd', report: { item: 2, of: 3, code: 4, ms: 6, tail: 'its own words' } },
  {
    event: 'problem',
    module: 'runcmd',
    at: 'runcmd',
    problem: new Problem('script-failed', 'runcmd: item 2 of 3 ended with 4'),
  },
  { event: 'module-ended', module: 'runcmd', result: { state: 'problems', ms: 7 } },
  { event: 'run-ended', result: { state: 'problems', changes: 1, ms: 1500 } },
];
const told = (events: readonly Event[] = story) => {
  const summary = emptySummary('1');
  for (const event of events) addTo(summary, event);
  return summary;
};

test('a stage that runs again is in the summary once', () => {
  assert.deepEqual(told([...story, { event: 'run-began', version: '1', stages: ['main'], mode: 'apply' }]).stages, [
    'main',
    'final',
  ]);
});

const file: Event = {
  event: 'step',
  module: 'write_files',
  step: {
    at: 'write_files[0]',
    change: { kind: 'file', path: '/etc/a', content: 'new\n' },
    outcome: 'due',
    difference: { why: 'has other content', file: { path: '/etc/a', before: 'same\nold\n', after: 'same\nnew\n' } },
  },
};
const written = (sink: (write: (text: string) => void) => (event: Event) => void, event: Event = file) => {
  let out = '';
  sink((text) => {
    out += text;
  })(event);
  return out.trimEnd().split('\n');
};

describe('what a person reads', () => {
  test('stands in columns, whatever module it is about', () => {
    const names = Object.values(schedule).flatMap((modules) => modules.map(({ name }) => name));
    assert.equal(Math.max(...names.map((name) => name.length)), widest);
  });

  test('is coloured by what goes and comes on a terminal, and plain elsewhere', () => {
    const plain = written((write) => terminal(write, { colour: false, debug: false }));
    assert.deepEqual(
      plain.map((line) => line.trim().replace(/ {2,}/g, ' ')),
      ['~ write_files /etc/a: update', 'same', '- old', '+ new'],
    );
    const [cyan, red, green] = ['\x1b[36m', '\x1b[31m', '\x1b[32m'];
    const [head, same, gone, come] = written((write) => terminal(write, { colour: true, debug: false }));
    assert.ok(head?.startsWith(cyan) && gone?.startsWith(red) && come?.startsWith(green), plain.join('\n'));
    assert.equal(same, plain[1]);
  });

  test('has the contents of files; the journal has not', () => {
    assert.deepEqual(written(journal), ['<5>~ write_files /etc/a: update']);
  });
});

describe('what all users may see of a run', () => {
  test('ends in one line of JSON: who, how, what failed, and the fingerprints of the host keys alone', () => {
    assert.deepEqual(JSON.parse(lastLine(told())), {
      bootagent: '1',
      instance: 'i-1',
      state: 'problems',
      failed: ['runcmd'],
      seconds: 1.5,
      keys: 2,
      hostkeys: ['SHA256:aaaa+/=', 'SHA256:bbbb'],
    });
  });

  test('lists each host key once, although two modules report the keys', () => {
    const [step] = story.filter(({ event }) => event === 'step');
    assert.ok(step);
    const twice = told([...story.slice(0, 4), step]);
    assert.deepEqual(twice.fingerprints, ['SHA256:aaaa+/=', 'SHA256:bbbb']);
  });

  test('is not pushed from the console by the keys of many users', () => {
    const lines: string[] = [];
    const shown = console((text) => lines.push(text), { console_lines: 0 });
    for (let user = 0; user < 20; user++)
      shown({ event: 'announce', lines: ['***', `AUTHORIZED KEYS of u${user}`, '***', 'SHA256:a', '***'] });
    shown({ event: 'note', level: 'warning', text: 'the disk is full' });
    assert.ok(lines.includes('bootagent: AUTHORIZED KEYS of u8\r\n'), lines.join(''));
    assert.equal(lines.filter((line) => line.includes('SHA256:a')).length, 6);
    assert.ok(lines.length <= 40);
  });

  test('holds alarms and warnings, the console too, and no mere notes', () => {
    const alarm: Event = { event: 'note', level: 'alarm', module: 'users', at: 'users', text: 'keys go to "a\u009b"' };
    const ignored: Event = {
      event: 'note',
      level: 'warning',
      code: 'unknown-key',
      text: 'user-data:2:1: timezne: ignored',
    };
    const all: Event[] = [
      ...story.slice(0, -1),
      alarm,
      ignored,
      ignored,
      { ...alarm, level: 'note', text: 'by the way' },
    ];
    const lines: string[] = [];
    const shown = console((text) => lines.push(text), { console_lines: 0 });
    for (const event of all) shown(event);
    const notes = told(all).notes.map(({ level, text }) => `${level} ${text}`);
    assert.deepEqual(notes, ['alarm keys go to "a\u009b"', 'warning user-data:2:1: timezne: ignored']);
    assert.ok(lines.includes('bootagent: users: warning: keys go to "a?"\r\n'), lines.join(''));
    assert.ok(lines.includes('bootagent: warning: user-data:2:1: timezne: ignored\r\n'), lines.join(''));
    assert.doesNotMatch(JSON.stringify([told(all), lines]), /by the way/);
  });

  test('is not changed by being told in one line', () => {
    const summary = told();
    summary.fingerprints.push(...Array.from({ length: 20 }, (_, n) => `SHA256:${String(n).repeat(43)}`));
    lastLine(summary);
    assert.equal(summary.fingerprints.length, 22);
  });

  test('fits in 400 characters whatever fails', () => {
    const many = Array.from({ length: 80 }, (_, n): Event[] => [
      { event: 'module-began', module: `module-${n}`, stage: 'main' },
      { event: 'module-ended', module: `module-${n}`, result: { state: 'failed', ms: 1 } },
    ]);
    const line = lastLine(told([...story, ...many.flat()]));
    assert.ok(line.length <= 400);
    const { instance, failed, more, hostkeys } = JSON.parse(line);
    assert.deepEqual([instance, failed[0], failed.length + more, hostkeys.length], ['i-1', 'runcmd', 81, 2]);
  });

  for (const [what, id, names, prints] of [
    ['a long id', 'i'.repeat(5000), 0, 0],
    ['an id of signs that are written long', '\u0001'.repeat(300), 3, 0],
    ['names of modules that are long', 'i-1', 20, 300],
    ['many keys of the host', 'i-1', 40, 8],
  ] as const) {
    test(`fits in 400 characters, and still says all it can, with ${what}`, () => {
      const summary = told();
      summary.instance = { id, datasource: 'x', how: 'x', standing: 'new' };
      summary.fingerprints = Array.from({ length: prints === 8 ? 8 : 3 }, (_, n) => `SHA256:${'a'.repeat(42)}${n}`);
      for (let n = 0; n < names; n++)
        summary.modules[`${'m'.repeat(prints > 8 ? 100 : 12)}${n}`] = {
          state: 'failed',
          ms: 1,
          problems: [],
          items: [],
        };
      const line = lastLine(summary);
      assert.ok(line.length <= 400, `${line.length}`);
      const { failed, more = 0, ...told400 } = JSON.parse(line);
      assert.deepEqual(Object.keys(told400), ['bootagent', 'instance', 'state', 'seconds', 'keys', 'hostkeys']);
      assert.equal(failed.length + more, names + 1);
    });
  }

  test('puts at most 40 lines on the console in a boot, however many processes it takes', () => {
    const lines: string[] = [];
    const boot = { console_lines: 0 };
    const failure = (n: number): Event => ({
      event: 'problem',
      module: 'runcmd',
      at: 'runcmd',
      problem: new Problem('file-failed', `failure ${n} \n of\n  ${'many words '.repeat(90)}`),
    });
    for (const stage of [0, 1, 2]) {
      const report = console((text) => void lines.push(...text.trimEnd().split('\n')), boot);
      for (let n = 0; n < 30; n++) report(failure(30 * stage + n));
    }
    lines.push(lastLine(told()));
    assert.equal(lines.length, 40);
    assert.match(lines[0] ?? '', /^bootagent: runcmd: failed: failure 0 \/ of \/ many words/);
    assert.match(lines[38] ?? '', /^bootagent: there is more: bootagent status\r?$/);
    assert.ok(lines.every((line) => line.length <= 400));
  });

  test('holds no word of what a script wrote', () => {
    assert.ok(!JSON.stringify(told()).includes('its own words'));
    assert.equal(
      bannerOf(told()),
      [
        'bootagent: problems, instance i-1',
        'cause    runcmd[1] (2 of 3) failed: exit 4',
        'fix      Correct the command, then: bootagent run --force --only runcmd',
        '',
      ].join('\n'),
    );
  });

  test('keeps the report of a module from an earlier stage, if its run is not repeated', () => {
    const again: Event[] = [
      { event: 'module-began', module: 'runcmd', stage: 'final' },
      { event: 'module-ended', module: 'runcmd', result: { state: 'kept', ms: 1 } },
      { event: 'run-ended', result: { state: 'done', changes: 0, ms: 1 } },
    ];
    const { state, modules } = told([...story, ...again]);
    assert.deepEqual([state, modules.runcmd?.state, modules.runcmd?.problems.length], ['problems', 'problems', 1]);
  });
});

describe('a console', () => {
  test('that hung up has the next line all the same', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bootagent-console-'));
    const path = join(folder, 'console');
    writeFileSync(path, '');
    const write = consoleAt(path);
    write('one\n');
    rmSync(path);
    writeFileSync(path, '');
    write('two\n');
    write('three\n');
    assert.equal(readFileSync(path, 'utf8'), 'two\nthree\n');
    rmSync(folder, { recursive: true });
  });

  test('that takes nothing, or is not there, ends no run', () => {
    for (const path of ['/dev/full', '/nowhere/console']) consoleAt(path)('a line\n');
  });
});

describe('secrets', () => {
  test('are hidden in every text of an event, and nothing else is touched', () => {
    const { add, clean } = redactor();
    add('hunter2');
    assert.deepEqual(clean({ a: ['x hunter2 y', 3, undefined], b: { c: 'hunter2hunter2' } }), {
      a: ['x (hidden) y', 3, undefined],
      b: { c: '(hidden)(hidden)' },
    });
  });

  test('that stand in one another are hidden whole', () => {
    const { add, clean } = redactor();
    add('pass');
    add('passphrase-7');
    assert.equal(clean('it is passphrase-7'), 'it is (hidden)');
  });

  test('of several lines are hidden line by line', () => {
    const { add, clean } = redactor();
    add('-----BEGIN KEY-----\nAAAABBBBCCCC\n-----END KEY-----\n');
    assert.equal(clean('it said AAAABBBBCCCC'), 'it said (hidden)');
  });
});

describe('a diff', () => {
  for (const [before, after, lines] of [
    ['', 'a\n', ['+ a']],
    ['a\n', '', ['- a']],
    ['a\nb\nc\nd\ne\n', 'a\nb\nx\nd\ne\n', ['  a', '  b', '- c', '+ x', '  d', '  e']],
    ['1\n2\n3\n4\n5\n', '1\n2\n3\n4\n5\n6\n', ['  4', '  5', '+ 6']],
  ] as const) {
    test(`of ${JSON.stringify(before)} and ${JSON.stringify(after)}`, () =>
      assert.deepEqual(diff(before, after), lines));
  }

  test('of very long texts is cut, and says so', () => {
    const long = Array.from({ length: 5000 }, (_, n) => `line ${n}`).join('\n');
    const lines = diff('', long);
    assert.equal(lines.length, 40);
    assert.equal(lines.at(-1), '… 4961 lines more');
  });
});
