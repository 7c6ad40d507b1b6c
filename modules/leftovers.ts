import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';

const paths = ['/root/anaconda-ks.cfg', '/root/initial-setup-ks.cfg', '/root/original-ks.cfg', '/var/log/anaconda'];

/** Removes files that the installer writes after any cleanup step: a kickstart contains the hash of root's password. */
export const leftovers = defineModule({
  name: 'leftovers',
  summary: 'Removes what the installer of the image left on a new machine: its kickstart files and logs.',
  every: 'instance',
  reads: {},

  plan(_, { facts, newMachine }): readonly PlanItem[] {
    const left = newMachine ? paths.filter((path) => facts.paths.includes(path)) : [];
    return left.length > 0 ? [{ at: 'leftovers', changes: [{ kind: 'removed', globs: left }] }] : [];
  },
});
