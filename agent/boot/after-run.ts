import { asProblem } from '../base/problem.ts';
import { type Stage, stages } from '../engine/module.ts';
import type { Host } from '../host/host.ts';
import type { RunResult } from '../report/event.ts';
import { leaveMarker, networkWantedMarker } from '../state/markers.ts';
import type { Session } from './session.ts';
import { keepNetwork, leaveLateFetchMarker, leaveNoAddressMarker } from './skip-unchanged/assumed-network.ts';
import { findAndMarkDue, type RemainingWork } from './skip-unchanged/find-due.ts';

/** Leaves for the later units of this boot what they can be skipped by, and returns what they have to do. */
export async function leaveMarkers(session: Session, result: RunResult): Promise<RemainingWork> {
  const { unit, boot, identity, stages: wanted, state } = session;
  const { host } = session.options;
  const facts = session.facts();
  const comes = unit && !wanted.includes('final');
  let due: RemainingWork = wanted.includes('final') ? 'nothing' : 'something';
  if (facts && comes) {
    // A machine that nothing was changed of looks as it did.
    const gathered = result.changes > 0 ? boot.gatherFacts : async () => facts;
    const outlook = { stages: stagesAfter(wanted), isNobodys: identity.hasNoDatasource() };
    if (session.fetchIsLate()) leaveLateFetchMarker(host.root);
    else if (session.lackedAddress() && wanted.includes('main')) leaveNoAddressMarker(host.root);
    else due = await findAndMarkDue({ ...boot, gatherFacts: gathered }, host, outlook);
  }
  // The last unit is next, which is the one that is ordered behind a network that is up.
  const isNext = comes && !host.offline && (wanted.includes('main') || due !== 'something');
  if (isNext && due !== 'nothing') await wantNetwork(host);
  if (unit && facts) keepNetwork(facts, state.store);
  return due;
}

/** Predicts the next boot where this one has nothing left to do: now, or by the work returned, which sshd need not wait for. */
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
  // The first stage sees the machine just as that of the next boot will.
  if (!wanted.includes('local') && !debug) return predict;
  await predict();
  return undefined;
}

async function wantNetwork(host: Host): Promise<void> {
  try {
    await host.run(['systemctl', '--no-block', 'start', 'network-online.target'], { timeoutMs: 10_000 });
    leaveMarker(networkWantedMarker, host.root);
  } catch {
    // Without the mark the last unit sees to it itself (systemd/skip-if-same-address).
  }
}

const stagesAfter = (wanted: readonly Stage[]): readonly Stage[] =>
  stages.slice(stages.indexOf(wanted.at(-1) ?? 'final') + 1);
