import { type BootTimeline, formatMs, shownKind } from './model.ts';
import type { Span } from './record.ts';

/** The time that one thing took: the attempts of a request count together. */
export interface Blamed {
  readonly kind: string;
  readonly name: string;
  readonly module?: string;
  readonly ms: number;
  readonly count: number;
  /** The results that are worth showing: failures, and the states of modules. */
  readonly results: readonly string[];
}

/** Returns what took time, longest first. Stages are left out: they hold all the rest. */
export function blame({ spans }: Pick<BootTimeline, 'spans'>): readonly Blamed[] {
  const groups = Map.groupBy(
    spans.filter(({ kind }) => kind !== 'stage'),
    ({ kind, name, module }) => JSON.stringify([kind, name, module]),
  );
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      return first ? [blamed(first, group)] : [];
    })
    .sort((a, b) => b.ms - a.ms || (a.name < b.name ? -1 : 1));
}

function blamed(first: Span, group: readonly Span[]): Blamed {
  const results = [...new Set(group.flatMap(({ result }) => (result === undefined ? [] : [result])))];
  return {
    kind: shownKind(first),
    name: first.name,
    ...(first.module !== undefined && { module: first.module }),
    ms: group.reduce((sum, { ms }) => sum + ms, 0),
    count: group.length,
    results: results.filter((each) => each !== 'unchanged' && each !== '200'),
  };
}

/** Returns one line for each: "   1.24 s  request  GET http://... (3 attempts; 503)". */
export function blameText(boot: BootTimeline, most = Number.POSITIVE_INFINITY): string {
  const all = blame(boot);
  const shown = all
    .slice(0, most)
    .map((each) => `${formatMs(each.ms).padStart(9)}  ${each.kind.padEnd(8)} ${nameOf(each)}\n`);
  const left = all.length - shown.length;
  return shown.join('') + (left > 0 ? `           ${left} more: bootagent analyze blame\n` : '');
}

function nameOf({ kind, name, module, count, results }: Blamed): string {
  const times = count > 1 ? [`${count} ${kind === 'request' ? 'attempts' : 'times'}`] : [];
  const more = [...times, ...results];
  const owner = module !== undefined && kind !== 'command' && kind !== 'module' ? ` [${module}]` : '';
  return `${name}${more.length > 0 ? ` (${more.join('; ')})` : ''}${owner}`;
}
