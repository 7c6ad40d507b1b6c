import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { blame, blameText } from '../../agent/timeline/blame.ts';
import { compareBoots, compareText } from '../../agent/timeline/compare.ts';
import { criticalChain, criticalChainText } from '../../agent/timeline/critical-chain.ts';
import { htmlOf } from '../../agent/timeline/html.ts';
import { timelinesOf } from '../../agent/timeline/model.ts';
import { perfettoOf } from '../../agent/timeline/perfetto.ts';
import { svgOf } from '../../agent/timeline/svg.ts';
import { unitTimesIn } from '../../agent/timeline/unit-times.ts';
import { assertGolden } from '../support/golden.ts';
import { hostileTimeline, recordsOfBoot, timelineOfBoot } from '../support/timelines.ts';

const golden = (name: string): string => `test/golden/timeline/${name}`;
const networkOnline = { name: 'network-online.target', at: 6900, ms: 1050 };

describe('blame', () => {
  test('is printed longest first', () => assertGolden(golden('blame.txt'), blameText(timelineOfBoot())));

  test('counts the attempts of a request together, and shows why there were several', () => {
    const request = blame(timelineOfBoot()).find(({ kind }) => kind === 'request');
    assert.deepEqual([request?.ms, request?.count, request?.results], [200, 2, ['503']]);
  });

  test('holds each span but the stages exactly once', () => {
    const boot = timelineOfBoot();
    const spans = boot.spans.filter(({ kind }) => kind !== 'stage');
    const sum = (all: readonly { ms: number }[]) => Math.round(all.reduce((total, { ms }) => total + ms, 0));
    assert.equal(sum(blame(boot)), sum(spans));
    assert.equal(
      blame(boot).reduce((total, { count }) => total + count, 0),
      spans.length,
    );
  });
});

describe('critical-chain', () => {
  test('is printed from the end to the start', () => {
    assertGolden(golden('critical-chain.txt'), criticalChainText({ ...timelineOfBoot(), units: [networkOnline] }));
  });

  test('names the unit of systemd that ended last before a unit of the agent', () => {
    const boot = { ...timelineOfBoot(), units: [networkOnline, { name: 'network.target', at: 3000, ms: 10 }] };
    const outer = criticalChain(boot, boot.done ?? 0).filter(({ depth }) => depth === 0);
    assert.deepEqual(
      outer.map(({ name }) => name),
      [
        'bootagent-final.service',
        'network-online.target',
        'bootagent.service',
        'network.target',
        'bootagent-local.service',
        'other units of systemd',
      ],
    );
  });

  test('of the login ends with the stage main, even if the last unit repeated it', () => {
    const [local, main, final] = recordsOfBoot();
    assert.ok(local && main && final);
    const repeated = { ...final, spans: [{ kind: 'stage', name: 'main', at: 8001, ms: 2 } as const, ...final.spans] };
    const [boot] = timelinesOf([local, main, repeated]);
    assert.equal(boot?.login, 6595);
    assert.ok(!criticalChain(boot, 6595).some(({ name }) => name === 'bootagent-final.service'));
  });
});

describe('compare', () => {
  test('prints the largest difference first', () => {
    assertGolden(golden('compare.txt'), compareText(timelineOfBoot('b1'), timelineOfBoot('b2', 0.1)));
  });

  test('of a boot with itself finds nothing', () =>
    assert.deepEqual(compareBoots(timelineOfBoot(), timelineOfBoot()), []));

  test('shows what only one of the boots has', () => {
    const boot = timelineOfBoot();
    const without = { ...boot, spans: boot.spans.filter(({ name }) => name !== 'growpart') };
    assert.deepEqual(compareBoots(boot, without), [
      { kind: 'module', name: 'growpart', before: 330, after: undefined, ms: -330 },
    ]);
  });
});

/** Checks that a document has balanced tags and escaped texts, and returns the names of its elements. */
function elementsIn(document: string): readonly string[] {
  const open: string[] = [];
  const names: string[] = [];
  const rest = document.replace(/<style>[^<]*<\/style>|<!doctype html>/g, '');
  let end = 0;
  for (const match of rest.matchAll(/<(\/?)([a-z][a-z0-9]*)((?: [\w:-]+="[^"<]*")*) ?(\/?)>/g)) {
    assert.doesNotMatch(rest.slice(end, match.index), /[<>"]|&(?!(?:amp|lt|gt|quot|#39);)/);
    end = match.index + match[0].length;
    const [, closes, name = '', , alone] = match;
    if (closes) assert.equal(open.pop(), name);
    else if (!alone && name !== 'meta') open.push(name);
    names.push(name);
  }
  assert.deepEqual([open, rest.slice(end).trim()], [[], '']);
  return names;
}

describe('pictures', () => {
  test('the SVG is as ever', () => assertGolden(golden('boot.svg'), svgOf(timelineOfBoot())));

  for (const [kind, print] of [
    ['SVG', svgOf],
    ['HTML', htmlOf],
  ] as const) {
    for (const [name, boot] of [
      ['a usual boot', timelineOfBoot()],
      ['hostile names', hostileTimeline()],
    ] as const) {
      test(`${kind} of ${name} is well-formed and runs nothing`, () => {
        const names = elementsIn(print(boot));
        assert.ok(names.includes('svg') && names.includes('title') && names.includes('desc'));
        assert.deepEqual(
          names.filter((each) => ['script', 'img', 'iframe', 'object', 'link', 'a'].includes(each)),
          [],
        );
        assert.doesNotMatch(print(boot), /[\0\x1b\u202e]|[\ud800-\udfff](?![\udc00-\udfff])(?<![\ud800-\udbff].)/);
      });
    }
    test(`${kind} is legible on light and dark backgrounds`, () => {
      assert.match(print(timelineOfBoot()), /@media \(prefers-color-scheme:dark\)/);
    });
  }

  test('the page names all spans in a table, for readers that do not see the picture', () => {
    const page = htmlOf(timelineOfBoot());
    const [, rows = ''] = /<h2>All in order<\/h2>([\s\S]*)<\/table>/.exec(page) ?? [];
    const shown = [...rows.matchAll(/<tr><td class="time">/g)].length;
    assert.equal(shown, timelineOfBoot().spans.length);
  });
});

describe('the trace', () => {
  test('has an event for each span and unit, with times in microseconds', () => {
    const boot = { ...timelineOfBoot(), units: [networkOnline] };
    const { traceEvents } = perfettoOf(boot) as { traceEvents: readonly Record<string, unknown>[] };
    const events = traceEvents.filter(({ ph }) => ph === 'X');
    assert.equal(events.length, boot.spans.length + boot.runs.length + 1);
    assert.deepEqual(
      events.find(({ name }) => name === 'mkswap /swapfile'),
      {
        ph: 'X',
        cat: 'program',
        name: 'mkswap /swapfile',
        pid: 1,
        tid: 6,
        ts: 5_500_000,
        dur: 45_000,
        args: { stage: 'main', module: 'swap', result: undefined },
      },
    );
  });

  test('names every thread that its events are on', () => {
    const { traceEvents } = perfettoOf(timelineOfBoot()) as { traceEvents: readonly Record<string, unknown>[] };
    const named = new Set(traceEvents.filter(({ name }) => name === 'thread_name').map(({ tid }) => tid));
    for (const { ph, tid } of traceEvents) if (ph === 'X') assert.ok(named.has(tid));
  });
});

test('times of units: those that never started are left out', () => {
  const text = `Id=network.target
InactiveExitTimestampMonotonic=0
ActiveEnterTimestampMonotonic=3000000

Id=sshd.service
InactiveExitTimestampMonotonic=3100000
ActiveEnterTimestampMonotonic=3150000

Id=ssh.service
InactiveExitTimestampMonotonic=0
ActiveEnterTimestampMonotonic=0
`;
  assert.deepEqual(unitTimesIn(text), [
    { name: 'network.target', at: 3000, ms: 0 },
    { name: 'sshd.service', at: 3100, ms: 50 },
  ]);
});
