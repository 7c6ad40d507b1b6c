import { exit } from '../base/exit-codes.ts';
import { Problem } from '../base/problem.ts';
import type { Io } from '../boot/io.ts';
import type { Ledger } from '../engine/ledger.ts';
import { overlayHost } from '../engine/overlay-host.ts';
import type { Step } from '../engine/step.ts';
import { chosen } from '../image/seal/choice.ts';
import { inService } from '../image/seal/in-service.ts';
import { operations } from '../image/seal/operations.ts';
import { sealPlan } from '../image/seal/plan.ts';
import { type Sealed, sealedAsJson, sealedAsText } from '../image/seal/report.ts';
import { apply, preview } from '../resources/index.ts';
import { isHeld, lock } from '../state/lock.ts';
import type { Invocation } from './command.ts';
import { formatCommand } from './format-command.ts';
import { namesIn, type OpenedImage, openImage } from './image.ts';

export async function run(given: Invocation, around: Io): Promise<number> {
  const { options } = given;
  const asked = chosen('operation', operations, { only: namesIn(options.only), skip: namesIn(options.skip) });
  if (options.list !== undefined) {
    const rows = asked.map(({ name, why }) => `${name.padEnd(22)} ${why}\n`);
    around.out(
      options.format === 'json' ? `${JSON.stringify({ schema_version: 1, operations: asked })}\n` : rows.join(''),
    );
    return exit.done;
  }
  const hand = await openImage(given, around);
  const sure = options.yes !== undefined;
  await refuse(hand, { sure, force: options.force !== undefined, poweroff: options.poweroff !== undefined });

  const relabel = async () => (await hand.host.stat('/.autorelabel')) !== undefined;
  const asksAlready = await relabel();
  const sealed: Sealed[] = [];
  if (sure && isHeld(hand.host.root)) throw new Problem('locked', `Another run is at work on ${hand.called}`);
  // An image tree holds no state of this machine to protect, and gets no lock file beside what is sealed.
  const release = sure && !hand.host.offline ? await lock(hand.host.root, 'refuse') : () => {};
  try {
    const ahead = overlayHost(hand.host);
    for (const item of sealPlan(asked, hand.sealing)) {
      const steps: Step[] = sure ? await apply(item, hand.host, forgetful) : await preview(item, ahead, forgetful);
      sealed.push({ item, steps });
    }
  } finally {
    release();
  }
  const toDo = formatCommand('seal', { ...options, yes: '' });
  const about = { called: hand.called, sure, running: hand.running, toDo, relabels: !asksAlready && (await relabel()) };
  around.out(options.format === 'json' ? sealedAsJson(sealed, about) : sealedAsText(sealed, about));
  const outcomes = sealed.flatMap(({ steps }) => steps.map(({ outcome }) => outcome));
  if (outcomes.includes('failed')) return exit.failed;
  if (outcomes.some((outcome) => outcome === 'deferred' || outcome === 'unknown')) return exit.problems;
  if (sure && options.poweroff !== undefined) await hand.host.run(['systemctl', '--no-block', 'poweroff']);
  return exit.done;
}

interface Will {
  readonly sure: boolean;
  readonly force: boolean;
  readonly poweroff: boolean;
}

async function refuse({ host, running }: OpenedImage, { sure, force, poweroff }: Will): Promise<void> {
  if (poweroff && !running) {
    throw new Problem('bad-invocation', '--poweroff goes with a machine that is running, not with a tree of files');
  }
  if (!sure) return;
  if (!host.offline && !host.privileged)
    throw new Problem('needs-root', 'Only root may seal this machine; nothing was touched');
  const why = running && !force ? await inService(host) : [];
  if (why.length > 0)
    throw new Problem('in-service', `This machine is in service: ${why.join(', ')}; nothing was touched`);
}

/** A ledger that records nothing: all changes of sealing are repeatable, and the state is itself removed. */
const forgetful: Ledger = {
  entriesOf: () => ({ earlier: [], before: [] }),
  isPending: () => false,
  write: async () => {},
  pend: async () => {},
  clear: async () => {},
};
