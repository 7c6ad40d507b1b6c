import { exit } from '../base/exit-codes.ts';
import { Problem } from '../base/problem.ts';
import { type BootState, bootStateOf, type Standing, standingOf } from '../boot/standing.ts';
import type { Host } from '../host/host.ts';
import { faultLines, fixOf, noticeText } from '../report/faults.ts';
import { statusFile } from '../report/publish.ts';
import { type Activity, faultsOf, type Summary } from '../report/summary.ts';
import { signedLine, styleOf, type TextLine, terminalText } from '../report/terminal-text.ts';
import { probesOf } from '../resources/system/cvmfs-probe.ts';
import { folderStore } from '../state/folder-store.ts';
import { openState } from '../state/state.ts';
import type { Work } from './command.ts';
import { machineOf } from './machine.ts';

/** Background probes, and notes of acts, such as keys that came with an image. */
interface Aside {
  readonly probes: Readonly<Record<string, string>>;
  /** Empty unless the user is root. */
  readonly findings: readonly { module: string; note: string }[];
}

export const run: Work['run'] = async (given, io) => {
  const { out, err } = io;
  const host = machineOf(given);
  const seconds = secondsIn(given.options.timeout);
  const json = given.options.format === 'json';
  const waited = given.options.wait === undefined || (await settled(host, seconds, json ? () => {} : err));
  const standing = await standingOf(host);
  const state = bootStateOf(standing);
  const aside = { probes: await probesOf(host), findings: findingsOf(host) };
  if (json) out(`${JSON.stringify(documentOf(standing, state, aside), undefined, 2)}\n`);
  else (io.styled ?? out)(terminalText(linesOf(standing, state, aside, host.clock()), styleOf(io)));
  return waited ? exitOf(state) : exit.timeout;
};

/** Returns the exit code that reports a state of the boot. */
export const exitOf = (state: BootState): number =>
  ({
    done: exit.done,
    running: exit.done,
    interrupted: exit.failed,
    failed: exit.failed,
    problems: exit.problems,
    disabled: exit.disabled,
    'not run': exit.disabled,
  })[state];

function documentOf({ summary, units }: Standing, state: BootState, { probes, findings }: Aside): object {
  const shown = summary ? { ...summary, left: undefined, failed: faultsOf(summary) } : { schema_version: 1 };
  return { ...shown, state, findings, probes, never_ran: units.neverRan };
}

function secondsIn(words: string | undefined): number {
  if (words === undefined) return Number.POSITIVE_INFINITY;
  const seconds = /^\d+(\.\d+)?$/.test(words) ? Number(words) : Number.NaN;
  if (Number.isNaN(seconds))
    throw new Problem('bad-invocation', `--timeout takes seconds, not "${words}"`, {
      hint: 'Such as --timeout 300.',
    });
  return seconds;
}

/**
 * Waits for the end of the run in progress, and during a boot for the end of the last stage; reports what it waits for. Returns
 * false on timeout.
 */
async function settled(host: Host, seconds: number, report: (text: string) => void): Promise<boolean> {
  const until = host.now() + seconds * 1000;
  let shown = '';
  while (true) {
    const { running, units, summary } = await standingOf(host);
    if (!running && units.ahead.length === 0) return true;
    const now = summary?.now;
    if (now && shown !== `${now.module} ${now.text}`) {
      shown = `${now.module} ${now.text}`;
      report(`now         ${activityText(now, host.clock())}\n`);
    }
    if (host.now() >= until) return false;
    await host.sleep(200);
  }
}

function findingsOf(host: Host): Aside['findings'] {
  if (!host.privileged) return [];
  const state = openState(folderStore(host.root));
  return state
    .lastRuns()
    .flatMap(({ module }) =>
      state.entries(module).flatMap(({ note }) => (typeof note === 'string' ? [{ module, note }] : [])),
    );
}

const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Returns the text of an activity: "packages: waiting for the dnf lock, 12 s", "runcmd 2/5 `setup`, 40 s". */
function activityText({ module, text = '', since }: Activity, clock: number): string {
  const what = text === '' ? module : /^\d/.test(text) ? `${module} ${text}` : `${module}: ${text}`;
  return `${what}, ${Math.max(0, Math.round((clock - since) / 1000))} s`;
}

function linesOf(
  { summary, damaged, units, running }: Standing,
  state: BootState,
  aside: Aside,
  clock: number,
): readonly TextLine[] {
  const faults = summary ? faultsOf(summary) : [];
  const lines = [`state       ${state}`, ...(summary ? headLines(summary) : [])];
  if (running && summary?.now) lines.push(`now         ${activityText(summary.now, clock)}`);
  for (const [name, { state: each, ms }] of Object.entries(summary?.modules ?? {}))
    if (each !== 'unchanged') lines.push(`  ${name.padEnd(20)} ${each.padEnd(9)} ${ms} ms`);
  for (const fault of faults) {
    const [first = '', ...more] = faultLines(fault);
    lines.push(`  x ${fault.module}: ${first}`, ...more.map((each) => `    ${each}`));
  }
  for (const note of summary?.notes ?? [])
    lines.push(`  ! ${note.module ? `${note.module}: ` : ''}${noticeText(note)}`);
  for (const [name, how] of Object.entries(aside.probes)) lines.push(`${name.padEnd(12)}${how}`);
  for (const { module, note } of aside.findings) lines.push(`  . ${module}: ${note}`);
  for (const text of units.neverRan) lines.push(`  x ${text}`);
  for (const unit of units.ahead) lines.push(`ahead       ${unit}`);
  if (damaged) lines.push(`  x ${statusFile} is damaged: the next run writes it again`);
  const next = nextStep(state, units.neverRan.length > 0, faults[0] && fixOf(faults[0]));
  if (next !== undefined) lines.push(`next        ${next}`);
  return lines.map(signedLine);
}

function headLines({ instance, unseen, updated, seconds, stages }: Summary): string[] {
  return [
    ...(instance ? [`instance    ${instance.id} (${instance.standing})`, `datasource  ${instance.how}`] : []),
    unseen
      ? `took        nothing: the machine is as it was at ${timeOf(updated)}`
      : `took        ${seconds.toFixed(1)} s in ${stages.join(', ')}`,
  ];
}

function nextStep(state: BootState, neverRan: boolean, fix: string | undefined): string | undefined {
  if (neverRan) return 'why: mostly an "ordering cycle" in journalctl --boot _PID=1; to catch up: bootagent run';
  if (fix !== undefined)
    return `bootagent why; ${fix}${/bootagent run/.test(fix) ? '' : ' When repaired: bootagent run --retry-failed'}`;
  if (state === 'interrupted') return 'the run was killed: journalctl -u "bootagent*"; to continue: bootagent run';
  return state === 'not run' ? 'nothing has run since this machine started: bootagent plan' : undefined;
}
