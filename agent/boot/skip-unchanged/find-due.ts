import type { Stage } from '../../engine/module.ts';
import { overlayHost } from '../../engine/overlay-host.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { keyOf } from '../../resources/index.ts';
import { readOnly } from '../../state/folder-store.ts';
import { leaveMarker, nothingDueMarker } from '../../state/markers.ts';
import { openState } from '../../state/state.ts';
import { type Boot, runStages } from '../stages/run-stages.ts';
import { leaveAssumedNetwork, observingAddress, readKeptNetwork } from './assumed-network.ts';

export interface LaterStages {
  /** What this boot has still before it. */
  readonly stages: readonly Stage[];
  /** No source speaks for this machine, so that there is nobody to wait for. */
  readonly isNobodys: boolean;
  /** Hears of each thing that is due, or that cannot be told. */
  tell?(what: string): void;
}

/** Something may be due, nothing is, or nothing as long as the network is this one. */
export type RemainingWork = 'something' | 'nothing' | Partial<Facts['network']>;

/** Where the other stages would find nothing to do, a mark says so, and their units do not start. */
export async function findAndMarkDue(boot: Boot, host: Host, outlook: LaterStages): Promise<RemainingWork> {
  const due = await findDue(boot, host, outlook);
  if (due === 'nothing') leaveMarker(nothingDueMarker, host.root);
  else if (due !== 'something') leaveAssumedNetwork(due, host.root);
  return due;
}

/** What the stages would find to do, by a preview of them. */
export async function findDue(boot: Boot, host: ReadHost, outlook: LaterStages): Promise<RemainingWork> {
  const { stages, isNobodys, tell = () => {} } = outlook;
  if (boot.state.identity() === undefined && !isNobodys) return 'something';
  // A first boot of which only the local stage is over has all before it: no need to look.
  if (boot.state.condition === 'fresh' && stages.includes('main') && !isNobodys) return 'something';
  let unsure = false;
  let supposing = false;
  const facts = await boot.gatherFacts();
  // The last unit is the one that looks at the address: nobody looks at it behind that.
  const before = stages.includes('main') ? readKeptNetwork(boot.state.store) : undefined;
  const onLack = () => {
    if (before) supposing = true;
    else unsure = true;
  };
  const result = await runStages(stages, {
    ...boot,
    state: openState(readOnly(boot.state.store)),
    act: { mode: 'preview', host: overlayHost(host) },
    gatherFacts: async () => observingAddress(facts, onLack, before),
    report: (event) => {
      if (event.event === 'step') {
        if (['unknown', 'deferred', 'failed'].includes(event.step.outcome)) unsure = true;
        if (event.step.outcome !== 'holds') tell(`${event.module} ${keyOf(event.step.change)}`);
      }
      if (event.event === 'problem') {
        unsure = true;
        tell(`${event.module}: ${event.problem.message}`);
      }
    },
    identify: async (stage, _, image) => {
      if (isNobodys) return undefined;
      const known = await boot.identify('local', facts, image);
      if (!known) unsure = true;
      return stage === 'local' ? undefined : known;
    },
  });
  if (unsure || result.state !== 'done' || result.changes > 0) return 'something';
  return supposing && before ? before : 'nothing';
}
