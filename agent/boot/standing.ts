import type { Host } from '../host/host.ts';
import { statusFile } from '../report/publish.ts';
import { summaryIn } from '../report/read-summary.ts';
import { type Summary, worst } from '../report/summary.ts';
import { isHeld } from '../state/lock.ts';
import { type BootUnits, bootUnits, noUnits } from './unit-states.ts';

/** How a boot stands, for everybody alike: what its runs published, and what systemd makes of its units. */
export interface Standing {
  /** A run is at work. */
  readonly running: boolean;
  readonly summary: Summary | undefined;
  /** What was published cannot be read. */
  readonly damaged: boolean;
  /** What systemd makes of the boot, where its last stage has not begun. */
  readonly units: BootUnits;
}

export type BootState = Summary['state'] | 'not run' | 'cut off';

export async function standingOf(host: Host): Promise<Standing> {
  // Asked on both sides: a run that began or ended between two looks is not one that was killed.
  const before = isHeld(host.root);
  const text = await host.readText(statusFile);
  const running = before || isHeld(host.root);
  const summary = text === undefined ? undefined : summaryIn(text);
  const units = summary?.state === 'disabled' ? noUnits : await bootUnits(summary?.stages ?? [], host);
  return { running, summary, damaged: text !== undefined && !summary, units };
}

export function bootStateOf({ running, summary, units }: Standing): BootState {
  const ahead = units.ahead.length > 0;
  if (!running && !ahead && units.neverRan.length > 0 && summary?.state !== 'failed') return 'cut off';
  if (!summary) return ahead || running ? 'running' : 'not run';
  // A run that was killed could not say so.
  if (summary.state === 'running' && !running) return 'cut off';
  return worst([summary.state, ahead ? 'running' : 'done']);
}
