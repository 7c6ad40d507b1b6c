import type { Stage } from '../../engine/module.ts';
import { overlayHost } from '../../engine/overlay-host.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Host, ReadHost } from '../../host/host.ts';
import { keyOf } from '../../resources/index.ts';
import { readOnly } from '../../state/folder-store.ts';
import { leaveMarker, nothingDueMarker } from '../../state/markers.ts';
import { openState } from '../../state/state.ts';
import type { Boot } from '../stages/boot.ts';
import { runStages } from '../stages/run-stages.ts';
import { leaveAssumedNetwork, observingAddress, readKeptNetwork } from './assumed-network.ts';

export interface LaterStages {
  /** The stages that this boot has not run yet. */
  readonly stages: readonly Stage[];
  /** No datasource was detected, so that no identity is expected. */
  readonly noDatasource: boolean;
  /** Receives each change that is due, or whose state cannot be determined. */
  tell?(what: string): void;
}

/**
 * The remaining work: possibly some, none, none as long as the network is this one, or none but what the last stage does behind
 * sshd.
 */
export type RemainingWork = 'something' | 'nothing' | 'last stage' | Partial<Facts['network']>;

/** Previews the later stages; if they have nothing to do, leaves a marker, and systemd does not start their units. */
export async function findAndMarkDue(boot: Boot, host: Host, outlook: LaterStages): Promise<RemainingWork> {
  const due = await findDue(boot, host, outlook);
  if (due === 'nothing') leaveMarker(nothingDueMarker, host.root);
  else if (typeof due === 'object') leaveAssumedNetwork(due, host.root);
  return due === 'last stage' ? 'something' : due;
}

/** Previews the stages and returns the work that they would find. */
export async function findDue(boot: Boot, host: ReadHost, outlook: LaterStages): Promise<RemainingWork> {
  const { stages, noDatasource, tell = () => {} } = outlook;
  if (boot.state.identity() === undefined && !noDatasource) return 'something';
  // A first boot that has run only the local stage always has work left: no preview is needed.
  if (boot.state.condition === 'fresh' && stages.includes('main') && !noDatasource) return 'something';
  let unsure = false;
  let supposing = false;
  let current: Stage | undefined;
  let dueInLast = 0;
  const facts = await boot.gatherFacts();
  // The last unit checks the assumed address. No later unit checks it for the last stage itself.
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
      if (event.event === 'stage-began') current = event.stage;
      if (event.event === 'step') {
        if (['unknown', 'deferred', 'failed'].includes(event.step.outcome)) unsure = true;
        if (event.step.outcome === 'due' && current === 'final') dueInLast++;
        if (event.step.outcome !== 'holds') tell(`${event.module} ${keyOf(event.step.change)}`);
      }
      if (event.event === 'problem') {
        unsure = true;
        tell(`${event.module}: ${event.problem.message}`);
      }
    },
    identify: async (stage, _, image) => {
      if (noDatasource) return undefined;
      const known = await boot.identify('local', facts, image);
      if (!known) unsure = true;
      return stage === 'local' ? undefined : known;
    },
  });
  if (unsure || result.state !== 'done' || result.changes > dueInLast) return 'something';
  if (dueInLast > 0) return 'last stage';
  return supposing && before ? before : 'nothing';
}
