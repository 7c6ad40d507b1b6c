import type { Host } from '../host/host.ts';
import { statusFile } from '../report/publish.ts';
import { summaryIn } from '../report/read-summary.ts';
import { type Summary, worst } from '../report/summary.ts';
import { isHeld } from '../state/lock.ts';
import { type BootUnits, bootUnits, noUnits } from './unit-states.ts';

/** The state of a boot, the same for all commands: what its runs published, and what systemd reports about its units. */
export interface Standing {
  /** Whether a run is in progress. */
  readonly running: boolean;
  readonly summary: Summary | undefined;
  /** Whether the published status cannot be read. */
  readonly damaged: boolean;
  /** What systemd reports about the units, if the last stage has not begun. */
  readonly units: BootUnits;
}

export type BootState = Summary['state'] | 'not run' | 'interrupted';

export async function standingOf(host: Host): Promise<Standing> {
  // Checks the lock before and after reading: a run that begins or ends in between was not killed.
  const before = isHeld(host.root);
  const text = await host.readText(statusFile);
  const running = before || isHeld(host.root);
  const summary = text === undefined ? undefined : summaryIn(text);
  const units = summary?.state === 'disabled' ? noUnits : await bootUnits(summary?.stages ?? [], host);
  return { running, summary, damaged: text !== undefined && !summary, units };
}

export function bootStateOf({ running, summary, units }: Standing): BootState {
  const ahead = units.ahead.length > 0;
  if (!running && !ahead && units.neverRan.length > 0 && summary?.state !== 'failed') return 'interrupted';
  if (!summary) return ahead || running ? 'running' : 'not run';
  // A killed run cannot publish that it ended.
  if (summary.state === 'running' && !running) return 'interrupted';
  return worst([summary.state, ahead ? 'running' : 'done']);
}
