import { type BootTimeline, endOf, formatMs, shownKind, timeOf, unitOf } from './model.ts';

/** A rectangle in the picture, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A text and the space that it takes. */
export type Label = Box & { readonly text: string };

/** One line of the picture: a name on the left, a bar where the times say, and its duration beside the bar. */
export interface Row {
  readonly kind: string;
  readonly failed: boolean;
  readonly name: Label;
  readonly bar: Box;
  readonly value: Label;
  /** The duration does not fit beside the bar, and is written into it. */
  readonly inside: boolean;
  readonly at: number;
  readonly ms: number;
}

export interface PictureLayout {
  readonly width: number;
  readonly height: number;
  readonly title: Label;
  readonly legend: readonly (Label & { readonly kind: string })[];
  readonly ticks: readonly Label[];
  /** Vertical lines: when sshd could start, and when all was done. */
  readonly marks: readonly (Label & { readonly line: number })[];
  readonly rows: readonly Row[];
  /** The part with the bars. */
  readonly chart: Box;
  /** A sentence on rows that are left out, if any are. */
  readonly left: Label | undefined;
}

export const fontSize = 12;
/** The widest common monospaced fonts have letters of 0.61 times the size. */
const letter = fontSize * 0.61;
const lineHeight = 18;
const margin = 16;
const namesWidth = 380;
const chartWidth = 760;
const valuesWidth = 130;
const gap = 6;
const indent = 14;
const leastBar = 2;
const mostRows = 120;
const width = margin + namesWidth + chartWidth + valuesWidth + margin;
const chartX = margin + namesWidth;

/** The kinds that the legend names, in its order. */
export const kinds = [
  'systemd',
  'unit',
  'stage',
  'identity',
  'module',
  'command',
  'packages',
  'program',
  'request',
  'wait',
] as const;

interface Item {
  readonly kind: string;
  readonly name: string;
  readonly at: number;
  readonly ms: number;
  readonly depth: number;
  readonly result?: string | undefined;
}

/** Places everything in the picture of a boot. Each bar has a line of its own, so that no text can cover another. */
export function pictureLayout(boot: BootTimeline): PictureLayout {
  const all = itemsOf(boot);
  const items = mostImportant(all);
  const scale = chartWidth / Math.max(boot.until - boot.from, 1);
  const xOf = (at: number): number => chartX + (Math.min(Math.max(at, boot.from), boot.until) - boot.from) * scale;
  const marks = marksOf(boot, xOf);
  const ticksY = margin + lineHeight * (2 + marks.length) + gap;
  const chart = { x: chartX, y: ticksY + lineHeight, width: chartWidth, height: items.length * lineHeight };
  const rows = items.map((item, index) => rowOf(item, chart.y + index * lineHeight, xOf));
  const bottom = chart.y + chart.height + gap;
  const missing = all.length - items.length;
  return {
    width,
    height: bottom + (missing > 0 ? lineHeight : 0) + margin,
    title: label(margin, margin, titleOf(boot), width - 2 * margin),
    legend: legendOf(items),
    ticks: ticksOf(boot, xOf, ticksY),
    marks,
    rows,
    chart,
    left: missing > 0 ? label(chartX, bottom, `${missing} shorter ones are left out.`, chartWidth) : undefined,
  };
}

export const titleOf = ({ instance, clock, from, until, state, agent }: BootTimeline): string =>
  `${instance ?? 'A boot'}, ${timeOf(clock)}: ${state} in ${formatMs(until - from)} (bootagent ${agent})`;

function itemsOf({ runs, spans, units, from, until }: BootTimeline): readonly Item[] {
  const own = units.filter((unit) => !unit.name.startsWith('bootagent') && endOf(unit) >= from && unit.at <= until);
  const items: readonly Item[] = [
    ...own.map((unit) => ({ kind: 'systemd', depth: 0, ...unit })),
    ...runs.map((run) => ({
      kind: 'unit',
      name: unitOf(run.stages),
      at: run.at,
      ms: run.ms,
      depth: 0,
      result: run.state,
    })),
    ...spans.map((span) => ({ ...span, kind: shownKind(span), depth: depthOf(span) })),
  ];
  return items.toSorted((a, b) => a.at - b.at || a.depth - b.depth || b.ms - a.ms);
}

const depthOf = ({ kind, module }: { readonly kind: string; readonly module?: string }): number =>
  kind === 'stage' ? 1 : kind === 'module' || kind === 'identity' || module === undefined ? 2 : 3;

function mostImportant(items: readonly Item[]): readonly Item[] {
  if (items.length <= mostRows) return items;
  const importance = ({ depth, ms }: Item): number => (depth < 2 ? Number.POSITIVE_INFINITY : ms);
  const kept = new Set(items.toSorted((a, b) => importance(b) - importance(a)).slice(0, mostRows));
  return items.filter((each) => kept.has(each));
}

function rowOf(item: Item, y: number, xOf: (at: number) => number): Row {
  const { kind, name, at, ms, depth, result } = item;
  const x = Math.min(xOf(at), chartX + chartWidth - leastBar);
  const bar = { x, y: y + 3, width: Math.max(xOf(at + ms) - x, leastBar), height: lineHeight - 6 };
  const failed = result !== undefined && isFailure(kind, result);
  const text = `${formatMs(ms)}${failed ? ` ${result}` : ''}`;
  const left = margin + depth * indent;
  return {
    kind,
    failed,
    name: label(left, y, name, chartX - gap - left),
    bar,
    ...besideBar(bar, y, text),
    at,
    ms,
  };
}

/** Places the duration to the right of the bar, where there is always room for a short one. */
function besideBar(bar: Box, y: number, text: string): Pick<Row, 'value' | 'inside'> {
  const wanted = widthOf(text);
  const right = bar.x + bar.width + gap;
  if (right + wanted <= width - margin) return { value: label(right, y, text, wanted), inside: false };
  const left = bar.x - gap - wanted;
  if (left >= chartX) return { value: label(left, y, text, wanted), inside: false };
  return { value: label(bar.x + gap, y, text, bar.width - 2 * gap), inside: true };
}

/** The result of a request is its status; one without an answer has the code of its error instead. */
const isFailure = (kind: string, result: string): boolean =>
  /^(?:failed|problems|exit |SIG|[45]\d\d$)/.test(result) || (kind === 'request' && !/^\d+$/.test(result));

function marksOf({ login, done }: BootTimeline, xOf: (at: number) => number): PictureLayout['marks'] {
  const marks = [
    ...(login === undefined ? [] : [{ at: login, text: `login possible at ${formatMs(login)}` }]),
    ...(done === undefined ? [] : [{ at: done, text: `all done at ${formatMs(done)}` }]),
  ];
  return marks.map(({ at, text }, index) => {
    const line = xOf(at);
    // Beside its line, on the side that has room.
    const x = line + gap + widthOf(text) <= width - margin ? line + gap : line - gap - widthOf(text);
    return { ...label(x, margin + lineHeight * (2 + index), text, widthOf(text)), line };
  });
}

/** Returns the labels of the axis, in seconds since the kernel started. */
function ticksOf({ from, until }: BootTimeline, xOf: (at: number) => number, y: number): readonly Label[] {
  const step = stepFor((until - from) / 9);
  const digits = Math.max(0, Math.ceil(3 - Math.log10(step)));
  const ticks: Label[] = [];
  for (let at = Math.ceil(from / step) * step; at <= until; at += step) {
    const text = `${(at / 1000).toFixed(Math.min(digits, 3))} s`;
    ticks.push(label(xOf(at), y, text, widthOf(text)));
  }
  return ticks;
}

/** Returns the next of 1, 2, 5, 10, 20, 50 ... milliseconds. */
function stepFor(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(ms, 1)));
  return power * ([1, 2, 5].find((each) => each * power >= ms) ?? 10);
}

function legendOf(items: readonly Item[]): PictureLayout['legend'] {
  const used = kinds.filter((kind) => items.some((item) => item.kind === kind));
  let x = margin;
  return used.map((kind) => {
    const entry = { ...label(x + lineHeight, margin + lineHeight, kind, widthOf(kind)), kind };
    x = entry.x + entry.width + 2 * gap;
    return entry;
  });
}

const widthOf = (text: string): number => [...text].length * letter;

/** Returns a text that is cut to the width it may take. */
function label(x: number, y: number, text: string, most: number): Label {
  const letters = [...text];
  const fit = Math.max(1, Math.floor(most / letter + 1e-6));
  const shown = letters.length > fit ? `${letters.slice(0, fit - 1).join('')}…` : text;
  return { x, y, width: widthOf(shown), height: lineHeight, text: shown };
}
