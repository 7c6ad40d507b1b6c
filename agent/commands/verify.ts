import { exit } from '../base/exit-codes.ts';
import { Problem } from '../base/problem.ts';
import type { Module } from '../engine/module.ts';
import type { Host } from '../host/host.ts';
import { folderStore, readOnly } from '../state/folder-store.ts';
import { openState, type State } from '../state/state.ts';
import { driftIn, type PlanDocument, type Verified } from '../verify/drift.ts';
import { verifiedAsJson, verifiedAsPrometheus, verifiedAsText } from '../verify/render.ts';
import type { Work } from './command.ts';
import { machineOf } from './machine.ts';
import { planDocument } from './plan-document.ts';

/** Compares the machine with what was applied to it. Writes nothing. */
export const run: Work['run'] = async (given, io) => {
  const host = machineOf(given);
  if (!host.privileged && !host.offline) throw new Problem('needs-root', 'Only root can compare all of this machine');
  const state = openState(readOnly(folderStore(host.root)));
  const identity = identityOf(state);
  const schedule = await io.schedule();
  const documentOf = async (force: boolean): Promise<PlanDocument> =>
    JSON.parse(await planDocument(host, schedule, io, force)) as PlanDocument; // printed by `reporting`
  const plan = await documentOf(true);
  if (plan.instance && plan.instance.id !== identity)
    throw new Problem('not-possible', `This machine is now ${plan.instance.id}, and ${identity} was applied to it`, {
      hint: 'The next boot, or "bootagent run", applies what the new instance requests.',
    });
  const modules = Object.values(schedule).flat();
  const namesOf = (is: (module: Module) => boolean): readonly string[] => modules.filter(is).map(({ name }) => name);
  const verified = driftIn(plan, {
    runs: state.lastRuns(),
    instance: identity,
    eachBoot: namesOf(isEachBoot),
    countedAsDone: state.inService() && !host.offline ? namesOf((module) => !isEachBoot(module) && !module.merges) : [],
    // Needed only to tell drift from settings that have changed.
    next: plan.steps.some(({ outcome }) => outcome === 'pending') ? await documentOf(false) : plan,
  });
  io.out(printed(verified, identity, host, given.options.format));
  if (verified.drift.length > 0) return exit.due;
  return verified.compared === 0 && verified.unchecked.length > 0 ? exit.failed : exit.done;
};

const isEachBoot = ({ every }: Module): boolean => every === 'boot';

function identityOf(state: State): string {
  const identity = state.identity();
  if (!identity)
    throw new Problem('not-possible', 'No instance is known on this machine, so nothing was applied for one', {
      hint: 'See "bootagent status" and "bootagent detect".',
    });
  if (state.condition === 'lost' || state.damaged > 0)
    throw new Problem('state-damaged', 'The records of what was applied to this machine cannot be read completely');
  return identity.id;
}

function printed(verified: Verified, instance: string, host: Host, format: string | undefined): string {
  if (format === 'json') return verifiedAsJson(verified, instance);
  return format === 'prometheus' ? verifiedAsPrometheus(verified, instance, host.clock()) : verifiedAsText(verified);
}
