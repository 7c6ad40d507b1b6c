import { mapOf } from '../base/map-of.ts';
import type { ReadHost } from '../host/host.ts';
import { nothingDueMarker } from '../state/markers.ts';

/** The units that run the stages of a boot, each with its last stage and its name in messages. */
const units = mapOf<{ readonly stage: string; readonly called: string }>({
  'bootagent-local.service': { stage: 'local', called: 'first stage' },
  'bootagent.service': { stage: 'main', called: 'middle stages' },
  'bootagent-final.service': { stage: 'final', called: 'last stage' },
});

export interface BootUnits {
  /** Units that are starting, or that have a queued job. */
  readonly ahead: readonly string[];
  /** Sentences about stages that this boot should have run and will not run. */
  readonly neverRan: readonly string[];
}

export const noUnits: BootUnits = { ahead: [], neverRan: [] };

/** Returns what systemd reports about this boot's units; `stages` are those that did run. */
export async function bootUnits(stages: readonly string[], host: ReadHost): Promise<BootUnits> {
  if (host.offline || stages.includes('final') || (await host.stat(nothingDueMarker))) return noUnits;
  const properties = 'Id,ActiveState,Result,UnitFileState,Job,ConditionTimestampMonotonic';
  const { stdout } = await host.query(['systemctl', 'show', `--property=${properties}`, ...units.keys()]);
  const known = stdout.split('\n\n').map((block) => new Map(block.split('\n').map(pair)));
  const ahead = known.filter(isAhead).map(idOf);
  // systemd checks the conditions of a unit when it starts it: without a timestamp it never tried to.
  const tried = (of: ReadonlyMap<string, string>) => (of.get('ConditionTimestampMonotonic') ?? '0') !== '0';
  if (!known.some(tried)) return { ahead, neverRan: [] };
  const neverRan = known.flatMap((of) => {
    const unit = units.get(idOf(of));
    if (!unit || stages.includes(unit.stage) || isAhead(of)) return [];
    const dropped = !tried(of) && of.get('ActiveState') === 'inactive' && of.get('UnitFileState') === 'enabled';
    if (dropped) return [`the boot's ${unit.called} never ran: systemd did not start ${idOf(of)}`];
    if (of.get('ActiveState') !== 'failed') return [];
    return [`the boot's ${unit.called} never ran: ${idOf(of)} failed before it began (${of.get('Result')})`];
  });
  return { ahead, neverRan };
}

const pair = (line: string): [string, string] => {
  const [key = '', ...value] = line.split('=');
  return [key, value.join('=')];
};

const idOf = (of: ReadonlyMap<string, string>): string => of.get('Id') ?? '';

const isAhead = (of: ReadonlyMap<string, string>): boolean =>
  (of.get('Job') ?? '') !== '' || of.get('ActiveState') === 'activating';
