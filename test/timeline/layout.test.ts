import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Box, type PictureLayout, pictureLayout } from '../../agent/timeline/layout.ts';
import { type BootTimeline, endOf } from '../../agent/timeline/model.ts';
import type { Span } from '../../agent/timeline/record.ts';
import { hostileTimeline, timelineOfBoot } from '../support/timelines.ts';

/** Returns a boot of random spans from a seed. */
function randomBoot(seed: number): BootTimeline {
  let state = seed;
  const random = (most: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * most);
  };
  const until = 10 ** (1 + random(6));
  const spans = Array.from({ length: random(300) }, (_, index): Span => {
    const at = random(until);
    const kind = (['stage', 'module', 'command', 'request', 'wait'] as const)[random(5)] ?? 'wait';
    return { kind, name: `n${index}`.repeat(1 + random(40)), at, ms: random(until - at), stage: 's', module: 'm' };
  });
  const runs = [{ stages: ['final'], state: 'done', at: 0, ms: until }];
  return { ...timelineOfBoot(), runs, spans, from: 0, until, login: random(until), done: until };
}

const boots: readonly (readonly [string, BootTimeline])[] = [
  ['a first boot', timelineOfBoot()],
  ['a boot with hostile names', hostileTimeline()],
  ['a boot of one moment', { ...hostileTimeline(), from: 100, until: 100 }],
  [
    'a boot with units of systemd',
    { ...timelineOfBoot(), units: [{ name: 'network-online.target', at: 6700, ms: 1200 }] },
  ],
  ...Array.from({ length: 60 }, (_, seed) => [`random boot ${seed}`, randomBoot(seed + 1)] as const),
];

const textsOf = ({ title, legend, ticks, marks, rows, left }: PictureLayout): readonly (Box & { text: string })[] => [
  title,
  ...legend,
  ...ticks,
  ...marks,
  ...rows.flatMap(({ name, value }) => [name, value]),
  ...(left ? [left] : []),
];

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('the picture of a boot', () => {
  for (const [name, boot] of boots) {
    test(`${name}: no text covers another, and all are inside`, () => {
      const layout = pictureLayout(boot);
      const texts = textsOf(layout);
      for (const [index, a] of texts.entries()) {
        assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= layout.width && a.y + a.height <= layout.height, a.text);
        for (const b of texts.slice(index + 1)) assert.ok(!overlap(a, b), `"${a.text}" and "${b.text}"`);
      }
    });

    test(`${name}: bars begin and end where the times say, and no duration is written over a bar by mistake`, () => {
      const { rows, chart } = pictureLayout(boot);
      const scale = chart.width / Math.max(boot.until - boot.from, 1);
      for (const { bar, at, ms, value, inside, name } of rows) {
        const within = (time: number) => Math.min(Math.max(time, boot.from), boot.until);
        const shown = { at: within(at), end: within(at + ms) };
        const [begin, end] = [chart.x + (shown.at - boot.from) * scale, chart.x + (shown.end - boot.from) * scale];
        // A bar has a least width, which moves those at the right edge by as much.
        assert.ok(Math.abs(bar.x - begin) <= 2 + 1e-6, name.text);
        assert.ok(Math.abs(bar.x + bar.width - Math.max(end, bar.x + 2)) <= 1e-6, name.text);
        assert.equal(overlap(bar, value), inside, `${name.text}: ${value.text}`);
        assert.equal(overlap(bar, name), false);
      }
    });
  }

  test('shows each span of a usual boot, in the order of their beginning', () => {
    const boot = timelineOfBoot();
    const { rows, left } = pictureLayout(boot);
    assert.equal(rows.length, boot.spans.length + boot.runs.length);
    assert.deepEqual(
      rows.map(({ at }) => at),
      rows.map(({ at }) => at).toSorted((a, b) => a - b),
    );
    assert.equal(left, undefined);
  });

  test('of too many rows, those of the units and stages and the longest are shown, and the others are counted', () => {
    const boot = timelineOfBoot();
    const many = Array.from(
      { length: 200 },
      (_, at): Span => ({ kind: 'wait', name: `w${at}`, at: 9000 + at, ms: 0.5 }),
    );
    const { rows, left } = pictureLayout({ ...boot, spans: [...boot.spans, ...many] });
    assert.equal(rows.length, 120);
    assert.equal(left?.text, `${boot.spans.length + boot.runs.length + 200 - 120} shorter ones are left out.`);
    for (const stage of boot.spans.filter(({ kind }) => kind === 'stage'))
      assert.ok(rows.some(({ at, ms, kind }) => kind === 'stage' && at === stage.at && ms === stage.ms));
  });

  test('marks when login was possible and when all was done', () => {
    const boot = timelineOfBoot();
    const { marks, chart } = pictureLayout(boot);
    const main = boot.spans.find(({ kind, name }) => kind === 'stage' && name === 'main');
    const scale = chart.width / (boot.until - boot.from);
    assert.deepEqual(
      marks.map(({ line }) => Math.round(line)),
      [main ? endOf(main) : 0, boot.until].map((at) => Math.round(chart.x + (at - boot.from) * scale)),
    );
  });
});
