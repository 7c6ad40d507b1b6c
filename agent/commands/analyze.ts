import { resolve } from 'node:path';
import { exit } from '../base/exit-codes.ts';
import { Problem } from '../base/problem.ts';
import type { Host } from '../host/host.ts';
import { currentBoot } from '../state/markers.ts';
import { blame, blameText } from '../timeline/blame.ts';
import { compareBoots, compareText } from '../timeline/compare.ts';
import { criticalChain, criticalChainText } from '../timeline/critical-chain.ts';
import { readBoots } from '../timeline/kept-boots.ts';
import { type BootTimeline, formatMs, timelinesOf, timeOf } from '../timeline/model.ts';
import { unitTimes } from '../timeline/unit-times.ts';
import type { Invocation, Work } from './command.ts';
import { machineOf } from './machine.ts';
import { outputTo } from './output.ts';
import { unknown } from './parse.ts';

const views = ['blame', 'critical-chain', 'compare', 'list'] as const;

/** Shows what took time in a boot, from the records that boots keep. */
export const run: Work['run'] = async (given, { out }) => {
  const [view, ...more] = given.args;
  const host = machineOf(given);
  if (view !== undefined && !views.some((each) => each === view)) throw unknown('view', view, views, '');
  const boots = bootsOf(host);
  if (view === 'compare') return compare(boots, more, given, out);
  if (more.length > 0) throw new Problem('bad-invocation', `analyze ${view} takes no "${more[0]}"`);
  if (view === 'list') return list(boots, given, out);
  const boot = await withUnits(chosen(boots, given.options.boot ?? '0'), host);
  await writeFiles(boot, given.options);
  if (given.options.format === 'json')
    out(`${JSON.stringify({ schema_version: 1, ...jsonOf(boot, view) }, undefined, 2)}\n`);
  else if (given.options.svg === undefined && given.options.html === undefined && given.options.perfetto === undefined)
    out(view === 'blame' ? blameText(boot) : view === 'critical-chain' ? criticalChainText(boot) : overview(boot));
  return exit.done;
};

/** Returns the boots, the newest first. */
function bootsOf(host: Host): readonly BootTimeline[] {
  if (!host.privileged && !host.offline)
    throw new Problem('needs-root', 'The timelines of boots can be read only by root');
  const boots = timelinesOf(readBoots(host.root)).toReversed();
  if (boots.length > 0) return boots;
  throw new Problem('not-possible', 'No boot is recorded on this machine', {
    hint: 'Boots are recorded by the units of bootagent; a boot in which the agent did not start leaves no record.',
  });
}

/** Returns the boot that a word names: the number of boots before the last, or the beginning of a boot ID. */
function chosen(boots: readonly BootTimeline[], word: string): BootTimeline {
  const found = /^\d{1,2}$/.test(word) ? boots[Number(word)] : boots.find(({ boot }) => boot.startsWith(word));
  if (found) return found;
  throw new Problem('bad-input', `There is no boot "${word}" among the ${boots.length} that are recorded`, {
    hint: '"bootagent analyze list" shows them: 0 is the last one, 1 the one before it.',
  });
}

/** Adds the units of systemd, which knows those of the current boot. */
async function withUnits(boot: BootTimeline, host: Host): Promise<BootTimeline> {
  if (host.offline || boot.boot !== currentBoot(host.root)) return boot;
  return { ...boot, units: await unitTimes(host) };
}

async function writeFiles(boot: BootTimeline, { svg, html, perfetto }: Invocation['options']): Promise<void> {
  if (svg !== undefined) outputTo('--svg', resolve(svg), (await import('../timeline/svg.ts')).svgOf(boot));
  if (html !== undefined) outputTo('--html', resolve(html), (await import('../timeline/html.ts')).htmlOf(boot));
  if (perfetto === undefined) return;
  const { perfettoOf } = await import('../timeline/perfetto.ts');
  outputTo('--perfetto', resolve(perfetto), `${JSON.stringify(perfettoOf(boot))}\n`);
}

function jsonOf(boot: BootTimeline, view: string | undefined): object {
  if (view === 'blame') return { boot: boot.boot, blame: blame(boot) };
  if (view !== 'critical-chain') return { ...boot };
  const chain = (until: number | undefined) =>
    until === undefined ? undefined : { at: until, chain: criticalChain(boot, until) };
  return { boot: boot.boot, login: chain(boot.login), done: chain(boot.done) };
}

function overview(boot: BootTimeline): string {
  const { clock, instance, state, agent, login, done, spans, runs } = boot;
  const starts = runs.reduce((sum, { startMs = 0 }) => sum + startMs, 0);
  const rows: readonly (readonly [string, string])[] = [
    ['boot', `${timeOf(clock)}, ${instance ?? 'no instance'}, ${state}, bootagent ${agent}`],
    ...(login === undefined ? [] : [['login', `possible ${formatMs(login)} after the start of the kernel`] as const]),
    ...(done === undefined ? [] : [['all done', `${formatMs(done)} after the start of the kernel`] as const]),
    ['starts', `${formatMs(starts)} for processes of the agent`],
    ...spans.flatMap(({ kind, name, ms }) => (kind === 'stage' ? [[`stage ${name}`, formatMs(ms)] as const] : [])),
  ];
  return `${rows.map(([name, value]) => `${name.padEnd(12)} ${value}\n`).join('')}\nWhat took time:\n${blameText(boot, 10)}`;
}

function compare(
  boots: readonly BootTimeline[],
  words: readonly string[],
  given: Invocation,
  out: (text: string) => void,
): number {
  const [a, b, ...more] = words;
  if (a === undefined || b === undefined || more.length > 0)
    throw new Problem('bad-invocation', 'analyze compare takes two boots', {
      hint: 'Such as: bootagent analyze compare 1 0',
    });
  const [before, after] = [chosen(boots, a), chosen(boots, b)];
  const document = {
    schema_version: 1,
    before: before.boot,
    after: after.boot,
    differences: compareBoots(before, after),
  };
  out(given.options.format === 'json' ? `${JSON.stringify(document, undefined, 2)}\n` : compareText(before, after));
  return exit.done;
}

function list(boots: readonly BootTimeline[], given: Invocation, out: (text: string) => void): number {
  const rows = boots.map(({ boot, clock, instance, state, agent, from, until }, number) => ({
    number,
    boot,
    clock,
    instance,
    state,
    agent,
    ms: until - from,
  }));
  if (given.options.format === 'json') out(`${JSON.stringify({ schema_version: 1, boots: rows }, undefined, 2)}\n`);
  else
    for (const { number, boot, clock, instance = 'no instance', state, ms } of rows)
      out(
        `${String(number).padStart(2)}  ${boot.slice(0, 8)}  ${timeOf(clock)}  ${formatMs(ms).padStart(9)}  ${state.padEnd(8)}  ${instance}\n`,
      );
  return exit.done;
}
