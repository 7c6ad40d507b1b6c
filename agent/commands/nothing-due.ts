import { type Boot, runStages } from '../boot.ts';
import { foresight } from '../foresight.ts';
import * as files from '../host/files.ts';
import type { Host } from '../host/host.ts';
import type { Stage } from '../module.ts';
import { readOnly } from '../state/folder.ts';
import { openState } from '../state/state.ts';
import { keptNetwork, suppose, watched } from './address.ts';

const mark = '/run/bootagent/nothing-due';

export interface Outlook {
  /** What this boot has still before it. */
  readonly stages: readonly Stage[];
  /** No source speaks for this machine, so that there is nobody to wait for. */
  readonly isNobodys: boolean;
}

/** Where the other stages would find nothing to do, a mark says so, and their units do not start. */
export async function nothingDue(boot: Boot, host: Host, { stages, isNobodys }: Outlook): Promise<void> {
  if (boot.state.identity() === undefined && !isNobodys) return;
  // A first boot of which only the local stage is over has all before it: no need to look.
  if (boot.state.condition === 'fresh' && stages.includes('main') && !isNobodys) return;
  let unsure = false;
  let supposing = false;
  const facts = await boot.gatherFacts();
  // The last unit is the one that looks at the address: nobody looks at it behind that.
  const before = stages.includes('main') ? keptNetwork(boot.state.store) : undefined;
  const onLack = () => {
    if (before) supposing = true;
    else unsure = true;
  };
  const result = await runStages(stages, {
    ...boot,
    state: openState(readOnly(boot.state.store)),
    act: { mode: 'preview', host: foresight(host) },
    gatherFacts: async () => watched(facts, onLack, before),
    report: (event) => {
      if (event.event === 'step' && ['unknown', 'deferred', 'failed'].includes(event.step.outcome)) unsure = true;
      if (event.event === 'problem') unsure = true;
    },
    identify: async (stage, _, image) => {
      if (isNobodys) return undefined;
      const known = await boot.identify('local', facts, image);
      if (!known) unsure = true;
      return stage === 'local' ? undefined : known;
    },
  });
  if (unsure || result.state !== 'done' || result.changes > 0) return;
  if (supposing && before) suppose(before, host.root);
  else files.writeFile(host.root, mark, '', { mode: 0o644 });
}
