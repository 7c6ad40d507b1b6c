import { type Blamed, blame } from './blame.ts';
import { type BootTimeline, formatMs, timeOf } from './model.ts';

/** The time of one thing in two boots; undefined in a boot that did not have it. */
export interface Compared {
  readonly kind: string;
  readonly name: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** After minus before, in milliseconds. */
  readonly ms: number;
}

/** Smaller differences are noise. */
const leastMs = 5;

/** Returns what differs between two boots, the largest difference first. */
export function compareBoots(before: BootTimeline, after: BootTimeline): readonly Compared[] {
  const [old, now] = [timesOf(before), timesOf(after)];
  return [...new Map([...old, ...now])]
    .map(([key, { kind, name }]) => {
      const [a, b] = [old.get(key)?.ms, now.get(key)?.ms];
      return { kind, name, before: a, after: b, ms: (b ?? 0) - (a ?? 0) };
    })
    .filter(({ ms }) => Math.abs(ms) >= leastMs)
    .sort((a, b) => Math.abs(b.ms) - Math.abs(a.ms) || (a.name < b.name ? -1 : 1));
}

type Timed = Pick<Blamed, 'kind' | 'name' | 'ms'>;

/** Returns the times of a boot. The same thing has the same key in every boot. */
function timesOf(boot: BootTimeline): ReadonlyMap<string, Timed> {
  const stages = boot.spans.filter(({ kind }) => kind === 'stage');
  const times = new Map<string, Timed>();
  for (const { kind, name, ms } of [...stages, ...blame(boot)]) {
    const key = JSON.stringify([kind, name]);
    times.set(key, { kind, name, ms: (times.get(key)?.ms ?? 0) + ms });
  }
  return times;
}

/** Returns the comparison as text: "  +1.24 s  stage main: 0.20 s -> 1.44 s". */
export function compareText(before: BootTimeline, after: BootTimeline): string {
  const rows = compareBoots(before, after).map(
    ({ kind, name, before, after, ms }) =>
      `${signed(ms).padStart(10)}  ${kind.padEnd(8)} ${name}: ${shown(before)} -> ${shown(after)}\n`,
  );
  const total = (each: BootTimeline) => each.until - each.from;
  return [
    `before  ${headOf(before)}\nafter   ${headOf(after)}\n`,
    `${signed(total(after) - total(before)).padStart(10)}  in all: ${shown(total(before))} -> ${shown(total(after))}\n`,
    rows.length === 0 ? 'No other difference of 5 ms or more.\n' : rows.join(''),
  ].join('');
}

const headOf = ({ clock, instance, agent, state }: BootTimeline): string =>
  `${timeOf(clock)}, ${instance ?? 'no instance'}, bootagent ${agent}, ${state}`;

const shown = (ms: number | undefined): string => (ms === undefined ? 'none' : formatMs(ms));

const signed = (ms: number): string => `${ms < 0 ? '-' : '+'}${formatMs(Math.abs(ms))}`;
