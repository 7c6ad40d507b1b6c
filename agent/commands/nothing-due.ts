import { type Boot, runStages } from '../boot.ts';
import { foresight } from '../foresight.ts';
import * as files from '../host/files.ts';
import type { Host } from '../host/host.ts';
import { readOnly } from '../state/folder.ts';
import { openState } from '../state/state.ts';

const mark = '/run/bootagent/nothing-due';

/**
 * At the end of the local stage of a later boot: where all the other stages would find nothing to do, a mark says so, and
 * their units do not start. A plan that asks for an address before there is one cannot be known yet.
 */
export async function nothingDue(boot: Boot, host: Host): Promise<void> {
  if (boot.state.identity() === undefined) return;
  let unsure = false;
  const facts = await boot.gatherFacts();
  const watched = {
    ...facts,
    get network() {
      if (facts.network.address === undefined) unsure = true;
      return facts.network;
    },
  };
  const result = await runStages(['early', 'main', 'final'], {
    ...boot,
    state: openState(readOnly(boot.state.store)),
    act: { mode: 'preview', host: foresight(host) },
    gatherFacts: async () => watched,
    report: (event) => {
      if (event.event === 'step' && ['unknown', 'deferred', 'failed'].includes(event.step.outcome)) unsure = true;
      if (event.event === 'problem') unsure = true;
    },
    identify: async (stage, _, image) => {
      const known = await boot.identify('local', facts, image);
      if (!known) unsure = true;
      return stage === 'local' ? undefined : known;
    },
  });
  if (!unsure && result.state === 'done' && result.changes === 0) files.writeFile(host.root, mark, '', { mode: 0o644 });
}
