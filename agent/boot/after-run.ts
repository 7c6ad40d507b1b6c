import { asProblem } from '../base/problem.ts';
import { type Stage, stages } from '../engine/module.ts';
import type { Host } from '../host/host.ts';
import type { RunResult } from '../report/event.ts';
import { leaveMarker, networkWantedMarker } from '../state/markers.ts';
import type { Session } from './session.ts';
import { keepNetwork, leaveLateFetchMarker, leaveNoAddressMarker } from './skip-unchanged/assumed-network.ts';
import { findAndMarkDue, type RemainingWork } from './skip-unchanged/find-due.ts';

/** Leaves the markers by which later units of this boot can be skipped, and returns the work that remains for these units. */
export async function leaveMarkers(session: Session, result: RunResult): Promise<RemainingWork> {
  const { unit, boot, identity, stages: wanted, state } = session;
  const { host } = session.options;
  const facts = session.facts();
  const comes = unit && !wanted.includes('final');
  let due: RemainingWork = wanted.includes('final') ? 'nothing' : 'something';
  if (facts && comes) {
    // If nothing was changed, the facts are still valid.
    const gathered = result.changes > 0 ? boot.gatherFacts : async () => facts;
    const outlook = { stages: stagesAfter(wanted), noDatasource: identity.hasNoDatasource() };
    if (session.fetchIsLate()) leaveLateFetchMarker(host.root);
    else if (session.lackedAddress() && wanted.includes('main')) leaveNoAddressMarker(host.root);
    else due = await findAndMarkDue({ ...boot, gatherFacts: gathered }, host, outlook);
  }
  // The next unit is the last one, which is ordered after network-online.target.
  const isNext = comes && !host.offline && (wanted.includes('main') || due !== 'something');
  if (isNext && due !== 'nothing') await wantNetwork(host);
  if (unit && facts) keepNetwork(facts, state.store);
  return due;
}

/** Predicts the next boot if this one has nothing left to do: now, or in the returned work, for which sshd need not wait. */
export async function predictLater(
  { unit, boot, options, stages: wanted, report }: Session,
  result: RunResult,
  due: RemainingWork,
  debug: boolean,
): Promise<(() => Promise<void>) | undefined> {
  const { host, identity } = options;
  if (!unit || due === 'something' || result.state !== 'done' || host.offline) return undefined;
  const predict = async (): Promise<void> => {
    const { predictNextBoot: rehearse } = await import('./skip-unchanged/predict-next-boot.ts');
    const why = await rehearse(host, { boot, options: identity }).catch((error) => asProblem(error).message);
    if (why !== undefined && debug) report.note(`The next boot starts the agent: ${why}`);
  };
  // The first stage sees the machine as the first stage of the next boot will.
  if (!wanted.includes('local') && !debug) return predict;
  await predict();
  return undefined;
}

async function wantNetwork(host: Host): Promise<void> {
  try {
    await host.run(['systemctl', '--no-block', 'start', 'network-online.target'], { timeoutMs: 10_000 });
    leaveMarker(networkWantedMarker, host.root);
  } catch {
    // Without the marker the last unit starts the network itself (systemd/skip-if-same-address).
  }
}

const stagesAfter = (wanted: readonly Stage[]): readonly Stage[] =>
  stages.slice(stages.indexOf(wanted.at(-1) ?? 'final') + 1);
