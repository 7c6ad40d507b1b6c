import { asProblem } from '../base/problem.ts';
import { type KernelOptions, kernelOptions } from '../config/kernel-options.ts';
import { overlayHost } from '../engine/overlay-host.ts';
import type { Facts } from '../facts/facts.ts';
import { gatherFacts } from '../facts/gather.ts';
import type { Host } from '../host/host.ts';
import { thisMachine } from '../host/linux.ts';
import { identifier } from '../identity/resolve.ts';
import { cloudInitStarts } from '../image/cloud-init.ts';
import type { RunResult } from '../report/event.ts';
import { type Reporting, reporting } from '../report/reporting.ts';
import { folderStore, readOnly } from '../state/folder-store.ts';
import { lock } from '../state/lock.ts';
import { currentBoot, leaveMarker, nothingDueMarker } from '../state/markers.ts';
import { openState, type State } from '../state/state.ts';
import { memoryStore } from '../state/store.ts';
import { leaveMarkers, predictLater } from './after-run.ts';
import { type Io, isUnit } from './io.ts';
import type { Session, SessionOptions } from './session.ts';
import { observingAddress, withMissedStages } from './skip-unchanged/assumed-network.ts';
import { bootOf } from './stages/build-boot.ts';
import { type Boot, runStages } from './stages/run-stages.ts';

/** Runs the stages asked for, from the lock to the report; 'disabled' where the image or the kernel command line turns it off. */
export async function runSession(options: SessionOptions, io: Io): Promise<RunResult | 'disabled'> {
  const { host, dry } = options;
  const kernel = kernelOptions((await thisMachine().readText('/proc/cmdline')) ?? '');
  const report = reportingOf(options, kernel, io);
  const off = await whyDisabled(host, kernel);
  if (off && !dry && !options.force) {
    report.disabled(off);
    if (isUnit(io)) leaveMarker(nothingDueMarker, host.root);
    return 'disabled';
  }
  let release = dry ? () => {} : await lock(host.root, isUnit(io) ? 'wait' : 'refuse');
  try {
    const session = await openSession(options, io, report);
    const result = await runStages(session.stages, session.boot);
    if (!dry && session.state.interrupted !== undefined) session.state.deferred(session.state.interrupted);
    const due = await leaveMarkers(session, result);
    report.end(result);
    const later = await predictLater(session, result, due, kernel.debug || options.debug);
    if (later) {
      const unlock = release;
      release = () => {};
      io.later(() => later().finally(unlock));
    }
    return result;
  } finally {
    release();
  }
}

async function openSession(options: SessionOptions, io: Io, report: Reporting): Promise<Session> {
  const { host, dry } = options;
  const unit = !dry && isUnit(io);
  const stages = unit ? withMissedStages(options.stages, host) : options.stages;
  const state = withoutSecrets(stateOf(options), report);
  report.follow(state);
  reportState(state, options, report);
  if (stages.includes('local') && !options.facts) await reportCloudInit(host, report);
  const { userData, userDataFile } = options;
  const identity = identifier({
    host,
    state,
    report,
    userData,
    userDataFile,
    options: options.identity,
    keeps: !dry,
  });
  let facts: Facts | undefined;
  let lacked = false;
  const gather = async (unchanged = false): Promise<Facts> => {
    // A preview changes nothing that a later stage could see.
    if (!dry || !facts)
      facts = options.facts ?? (await gatherFacts(thisMachine(), host, unchanged ? facts : undefined));
    return observingAddress(facts, () => {
      lacked = true;
    });
  };
  const boot: Boot = {
    ...(await bootOf({ ...options, version: io.version, state, report, bootId: currentBoot(host.root) })),
    act: actOf(options),
    force: options.force,
    retryFailed: options.retryFailed,
    ...(options.only && { only: options.only }),
    inService: state.inService() && !host.offline && !options.force && userData === undefined,
    gatherFacts: gather,
    // The identity does not depend on an address.
    identify: (stage, seen, image) => identity.identify(stage, facts ?? seen, image),
  };
  return {
    options,
    io,
    unit,
    report,
    stages,
    state,
    identity,
    boot,
    facts: () => facts,
    lackedAddress: () => lacked,
  };
}

function reportingOf({ host, dry, json, debug }: SessionOptions, kernel: KernelOptions, io: Io): Reporting {
  const colour = io.terminal && !io.env.NO_COLOR;
  return reporting({ ...io, colour, unit: isUnit(io), json, dry, debug: debug || kernel.debug }, host);
}

async function whyDisabled(host: Host, { off }: KernelOptions): Promise<string | undefined> {
  if (off !== undefined && !host.offline) return `the kernel command line says ${off}`;
  return (await host.stat('/etc/bootagent/disabled')) ? '/etc/bootagent/disabled is there' : undefined;
}

function stateOf({ host, dry, facts, identity }: SessionOptions): State {
  if (identity['as-new'] !== undefined || facts) return openState(memoryStore(new Map([['fresh', '']])));
  const disk = folderStore(host.root);
  return openState(dry ? readOnly(disk) : disk);
}

/** What is remembered of a failure is shown to everybody at later boots, which do not know the secrets of this one. */
const withoutSecrets = (state: State, { clean }: Reporting): State => ({
  ...state,
  ended: (module) => state.ended(clean(module)),
});

function reportState(state: State, { host, dry }: SessionOptions, report: Reporting): void {
  for (const { code, text } of state.warnings) report.warn(code, text);
  if (dry) return;
  if (state.interrupted !== undefined)
    report.note(`The last run was cut off in ${state.interrupted}; it goes on from there`);
  if (!state.inService() || host.offline) return;
  // The next stage may be a process of its own, and must know it too. That it cannot be kept must not cost the keys.
  try {
    state.setInService();
  } catch (error) {
    report.warn(asProblem(error).code, asProblem(error).message);
  }
}

async function reportCloudInit(host: Host, { report }: Reporting): Promise<void> {
  if (!(await host.stat('/usr/bin/cloud-init')) || !(await cloudInitStarts(host))) return;
  const text = 'cloud-init starts on this machine too: remove it, or "touch /etc/cloud/cloud-init.disabled"';
  report({ event: 'note', level: 'warning', text });
}

function actOf({ dry, facts, host }: SessionOptions): Boot['act'] {
  if (facts) return { mode: 'planned' };
  return dry ? { mode: 'preview', host: overlayHost(host) } : { mode: 'apply', host };
}
