import { type BootTimeline, endOf, formatMs, shownKind, type UnitRun, type UnitTime, unitOf } from './model.ts';
import type { Span } from './record.ts';

/** A link of the chain: what had to end before what is above it. */
export interface Link {
  readonly depth: number;
  readonly name: string;
  readonly at: number;
  readonly ms: number;
}

/** The number of modules shown of a stage, and of spans shown of a module. */
const mostModules = 3;
const mostInside = 2;
/** Shorter ones are not worth a line. */
const leastMs = 5;

/** Returns what an end waited for, the last first: units, their stages, and what took longest in each. */
export function criticalChain(boot: BootTimeline, until: number): readonly Link[] {
  const runs = boot.runs.filter(({ at }) => at < until).toReversed();
  return runs.flatMap((run, index) => {
    const earlier = runs[index + 1];
    return [...runLinks(boot, run, until), ...gapLinks(boot, run, earlier)];
  });
}

function runLinks(boot: BootTimeline, run: UnitRun, until: number): readonly Link[] {
  const end = Math.min(endOf(run), until);
  const stages = boot.spans.filter((each) => each.kind === 'stage' && isWithin(each, run, end)).toReversed();
  return [
    { depth: 0, name: unitOf(run.stages), at: run.at, ms: end - run.at },
    ...stages.flatMap((stage) => [
      { depth: 1, name: `stage ${stage.name}`, at: stage.at, ms: stage.ms },
      ...longest(boot.spans, stage, ['module', 'identity'], mostModules).flatMap((module) => [
        { depth: 2, name: labelOf(module), at: module.at, ms: module.ms },
        ...longest(boot.spans, module, ['command', 'program', 'request', 'wait'], mostInside).map((each) => ({
          depth: 3,
          name: labelOf(each),
          at: each.at,
          ms: each.ms,
        })),
      ]),
    ]),
    ...((run.startMs ?? 0) >= leastMs
      ? [{ depth: 1, name: 'start of the process', at: run.at, ms: run.startMs ?? 0 }]
      : []),
  ];
}

/** Returns the unit of systemd that ended last between two runs, and the time that the agent did not use. */
function gapLinks({ units }: BootTimeline, run: UnitRun, earlier: UnitRun | undefined): readonly Link[] {
  const from = earlier ? endOf(earlier) : 0;
  const between = units.filter(
    (unit) => endOf(unit) > from && endOf(unit) <= run.at && !unit.name.startsWith('bootagent'),
  );
  const last = between.reduce<UnitTime | undefined>((a, b) => (a && endOf(a) > endOf(b) ? a : b), undefined);
  if (last) return [{ depth: 0, name: last.name, at: last.at, ms: last.ms }];
  return run.at - from < leastMs ? [] : [{ depth: 0, name: 'other units of systemd', at: from, ms: run.at - from }];
}

function longest(spans: readonly Span[], outer: Span, kinds: readonly string[], most: number): readonly Span[] {
  return spans
    .filter((each) => kinds.includes(each.kind) && each.ms >= leastMs && isWithin(each, outer, endOf(outer)))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, most);
}

/** Times are rounded to a tenth of a millisecond. */
const tolerance = 0.2;

const isWithin = (span: Span, outer: { readonly at: number }, end: number): boolean =>
  span.at >= outer.at - tolerance && endOf(span) <= end + tolerance;

const labelOf = (span: Span): string => `${shownKind(span)} ${span.name}`;

/** Returns the chains of login and of the end of the boot, as text. */
export function criticalChainText(boot: BootTimeline): string {
  const { login, done } = boot;
  const chain = (until: number): string =>
    criticalChain(boot, until)
      .map(({ depth, name, at, ms }) => `${'  '.repeat(depth + 1)}${name} @${formatMs(at)} +${formatMs(ms)}\n`)
      .join('');
  const parts = [
    ...(login === undefined
      ? []
      : [`Login (sshd) waited until ${formatMs(login)} after the start of the kernel:\n${chain(login)}`]),
    ...(done === undefined ? [] : [`All was done ${formatMs(done)} after the start of the kernel:\n${chain(done)}`]),
  ];
  return parts.join('\n') || 'Neither the stage main nor the stage final ran in this boot.\n';
}
