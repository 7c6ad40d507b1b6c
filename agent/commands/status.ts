import { exit } from '../base/exit-codes.ts';
import { isNonFatal, Problem } from '../base/problem.ts';
import { type BootUnits, bootUnits, noUnits } from '../boot/unit-states.ts';
import type { Host } from '../host/host.ts';
import { emptySummary, type Summary, worst } from '../report/summary.ts';
import { probesOf } from '../resources/system/cvmfs-probe.ts';
import { folderStore } from '../state/folder-store.ts';
import { isHeld } from '../state/lock.ts';
import type { Failure, ModuleRecord } from '../state/records.ts';
import { openState } from '../state/state.ts';
import type { Work } from './command.ts';
import { machineOf } from './machine.ts';

/** How things stand: this boot's runs, and what earlier ones left undone. */
interface Standing {
  /** A run is at work. */
  readonly running: boolean;
  readonly summary: Summary | undefined;
  /** What did not get done at the last turn, by module and place; only root may know. */
  readonly left: readonly { module: string; at: string; failure: Failure }[];
  /** What acts found and said, such as keys that an image brought along; only root may know. */
  readonly notes: readonly { module: string; note: string }[];
  /** What goes on in the background, and how far it is. */
  readonly probes: Readonly<Record<string, string>>;
  /** What systemd makes of the boot, where its last stage has not begun. */
  readonly units: BootUnits;
}

export const run: Work['run'] = async (given, { out }) => {
  const host = machineOf(given);
  const seconds = secondsIn(given.options.timeout);
  const waited = given.options.wait === undefined || (await settled(host, seconds));
  const standing = await standingOf(host);
  const state = stateOf(standing);
  if (given.options.format === 'json') {
    const { summary, left, notes, probes, units } = standing;
    const told = { state, left, notes, probes, never_ran: units.neverRan };
    out(`${JSON.stringify({ ...(summary ?? { schema_version: 1 }), ...told }, undefined, 2)}\n`);
  } else out(textOf(standing, state));
  if (!waited) return exit.timeout;
  return {
    done: exit.done,
    running: exit.done,
    'cut off': exit.failed,
    failed: exit.failed,
    problems: exit.problems,
    disabled: exit.disabled,
    'not run': exit.disabled,
  }[state];
};

function secondsIn(words: string | undefined): number {
  if (words === undefined) return Number.POSITIVE_INFINITY;
  const seconds = /^\d+(\.\d+)?$/.test(words) ? Number(words) : Number.NaN;
  if (Number.isNaN(seconds))
    throw new Problem('bad-invocation', `--timeout takes seconds, not "${words}"`, {
      hint: 'Such as --timeout 300.',
    });
  return seconds;
}

/** Waits for the end of the run at work, and at a boot for the end of the last stage. */
async function settled(host: Host, seconds: number): Promise<boolean> {
  const until = host.now() + seconds * 1000;
  while (true) {
    const { running, units } = await standingOf(host);
    if (!running && units.ahead.length === 0) return true;
    if (host.now() >= until) return false;
    await host.sleep(200);
  }
}

async function standingOf(host: Host): Promise<Standing> {
  // Asked on both sides: a run that began or ended between two looks is not one that was killed.
  const before = isHeld(host.root);
  const text = await host.readText('/run/bootagent/status.json');
  const running = before || isHeld(host.root);
  const summary = text === undefined ? undefined : readSummary(text);
  const state = host.privileged ? openState(folderStore(host.root)) : undefined;
  const turns: readonly ModuleRecord[] = state?.lastRuns() ?? [];
  const notes = turns.flatMap(({ module }) =>
    (state?.entries(module) ?? []).flatMap(({ note }) => (typeof note === 'string' ? [{ module, note }] : [])),
  );
  const left = turns.flatMap(({ module, failed }) =>
    Object.entries(failed).map(([at, failure]) => ({ module, at, failure })),
  );
  const units = summary?.state === 'disabled' ? noUnits : await bootUnits(summary?.stages ?? [], host);
  return { running, summary, left, notes, probes: await probesOf(host), units };
}

function readSummary(text: string): Summary | undefined {
  try {
    return { ...emptySummary(''), ...(JSON.parse(text) as Summary) };
  } catch {
    return undefined; // being written by an older version, or damaged: as if there were none
  }
}

function stateOf({ running, summary, left, units }: Standing): Summary['state'] | 'not run' | 'cut off' {
  const ahead = units.ahead.length > 0;
  if (!running && !ahead && units.neverRan.length > 0 && summary?.state !== 'failed') return 'cut off';
  if (!summary) return ahead ? 'running' : left.length > 0 ? 'problems' : 'not run';
  // A run that was killed could not say so.
  if (summary.state === 'running' && !running) return 'cut off';
  const slight = left.every(({ failure }) => isNonFatal(failure.code));
  return worst([
    summary.state,
    ahead ? 'running' : 'done',
    left.length === 0 ? 'done' : slight ? 'problems' : 'failed',
  ]);
}

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function textOf({ summary, left, notes, probes, units }: Standing, state: string): string {
  const lines = [`state       ${state}`];
  if (summary?.instance) {
    const { id, how, standing } = summary.instance;
    lines.push(`instance    ${id} (${standing})`, `datasource  ${how}`);
  }
  if (summary?.unseen) lines.push(`took        nothing: the machine is as it was at ${timeOf(summary.updated)}`);
  else if (summary) lines.push(`took        ${summary.seconds.toFixed(1)} s in ${summary.stages.join(', ')}`);
  for (const [name, { state: each, ms, items }] of Object.entries(summary?.modules ?? {})) {
    if (each === 'nothing' || each === 'kept') continue;
    lines.push(`  ${name.padEnd(16)} ${each.padEnd(9)} ${ms} ms`);
    for (const { item, of, code } of items) if (code !== 0) lines.push(`    item ${item} of ${of} ended with ${code}`);
  }
  for (const [name, { alarms = [] }] of Object.entries(summary?.modules ?? {}))
    for (const text of alarms) lines.push(`  ! ${name}: ${text}`);
  for (const [name, how] of Object.entries(probes)) lines.push(`${name.padEnd(12)}${how}`);
  for (const { module, note } of notes) lines.push(`  . ${module}: ${note}`);
  for (const { module, failure } of left) lines.push(`  ! ${module}: ${failure.message}`);
  for (const text of units.neverRan) lines.push(`  ! ${text}`);
  for (const unit of units.ahead) lines.push(`ahead       ${unit}`);
  if (units.neverRan.length > 0)
    lines.push('next        why: mostly an "ordering cycle" in journalctl --boot _PID=1; to catch up: bootagent run');
  else if (left.length > 0) lines.push('next        look at the lines with "!", then: bootagent run --retry-failed');
  else if (!summary && units.ahead.length === 0)
    lines.push('next        nothing has run since this machine started: bootagent plan');
  return `${lines.join('\n')}\n`;
}
