import { ownPaths } from '../base/own-paths.ts';
import { asProblem } from '../base/problem.ts';
import { type KernelOptions, kernelOptions } from '../config/kernel-options.ts';
import { overlayHost } from '../engine/overlay-host.ts';
import type { Facts } from '../facts/facts.ts';
import { gatherFacts } from '../facts/gather.ts';
import { forMachine, withoutMachine } from '../facts/machine-facts.ts';
import { fetchBudget } from '../host/fetch-budget.ts';
import type { Host } from '../host/host.ts';
import { thisMachine } from '../host/linux.ts';
import { isRefused } from '../host/with-context.ts';
import { identifier } from '../identity/resolve.ts';
import { cloudInitStarts } from '../image/cloud-init.ts';
import type { RunResult } from '../report/event.ts';
import { type Reporting, reporting } from '../report/reporting.ts';
import { isColoured } from '../report/terminal-text.ts';
import { folderStore, readOnly } from '../state/folder-store.ts';
import { lock } from '../state/lock.ts';
import { currentBoot, leaveMarker, nothingDueMarker } from '../state/markers.ts';
import { openState, type State } from '../state/state.ts';
import { memoryStore } from '../state/store.ts';
import { leaveMarkers, predictLater } from './after-run.ts';
import { type Io, isUnit } from './io.ts';
import type { Session, SessionOptions } from './session.ts';
import { observingAddress, withMissedStages } from './skip-unchanged/assumed-network.ts';
import type { Boot } from './stages/boot.ts';
import { bootOf } from './stages/build-boot.ts';
import { lostState } from './stages/lost-state.ts';
import { runStages } from './stages/run-stages.ts';

/**
 * Runs the requested stages, from the lock to the report; returns 'disabled' if the image or the kernel command line disables
 * the agent.
 */
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
  let release = dry ? () => {} : await lockFor(host, isUnit(io), report);
  try {
    const session = await openSession(options, io, report);
    const result = await runStages(session.stages, session.boot);
    const { interrupted } = session.state;
    if (!dry && interrupted !== undefined) orReport(report, () => session.state.deferred(interrupted));
    if (!dry) orReport(report, () => session.state.flush());
    // Without markers the later units start the agent, which checks for itself.
    const due = await leaveMarkers(session, result).catch((error) => {
      report.warn(asProblem(error).code, asProblem(error).message);
      return 'something' as const;
    });
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

/**
 * Takes the lock. A unit continues without it if it cannot be written (full /run): systemd starts the units one after the
 * other.
 */
async function lockFor(host: Host, unit: boolean, report: Reporting): Promise<() => void> {
  try {
    return await lock(host.root, unit ? 'wait' : 'refuse');
  } catch (error) {
    if (!unit || asProblem(error).code !== 'file-failed') throw error;
    report.warn('file-failed', `${asProblem(error).message}; this boot goes on without its lock`);
    return () => {};
  }
}

/** Runs a write of the state; a failure is reported as a warning and stops nothing that does not depend on the write. */
function orReport(report: Reporting, write: () => void): void {
  try {
    write();
  } catch (error) {
    report.warn(asProblem(error).code, asProblem(error).message);
  }
}

async function openSession(options: SessionOptions, io: Io, report: Reporting): Promise<Session> {
  const { host, dry } = options;
  const unit = !dry && isUnit(io);
  const stages = unit ? withMissedStages(options.stages, host) : options.stages;
  const state = withoutSecrets(stateOf(options, report), report);
  report.follow(state);
  reportState(state, options, report);
  if (stages.includes('local') && !options.facts)
    await reportCloudInit(host, report).catch((error) => report.warn(asProblem(error).code, asProblem(error).message));
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
    // A preview changes nothing, so that the facts stay valid for later stages.
    if (!dry || !facts) facts = options.facts ?? (await factsOf(options, unchanged ? facts : undefined));
    return observingAddress(facts, () => {
      lacked = true;
    });
  };
  const byHand = options.force || options.facts !== undefined || userData !== undefined;
  // A plan is also made on machines that bootagent has never run on.
  const lost = host.offline || dry || byHand ? undefined : lostState(state);
  // After sshd has started, and in interactive runs, fetching has no shared time limit.
  const fetching = unit && !stages.includes('final') ? fetchBudget(host) : { host, isSpent: () => false };
  const boot: Boot = {
    ...(await bootOf({
      ...options,
      host: fetching.host,
      version: io.version,
      state,
      report,
      bootId: currentBoot(host.root),
      credentialsDirectory: io.env.CREDENTIALS_DIRECTORY,
    })),
    act: actOf({ ...options, host: fetching.host }),
    force: options.force,
    retryFailed: options.retryFailed,
    ...(options.only && { only: options.only }),
    inService: state.inService() && !host.offline && !options.force && userData === undefined,
    gatherFacts: gather,
    machineUnknown: host.offline && !options.facts && !options.machineFacts,
    ...(lost && { lost }),
    // Uses the facts without address tracking: the identity does not depend on an address.
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
    fetchIsLate: fetching.isSpent,
    lackedAddress: () => lacked,
  };
}

/** Returns the facts of this machine, or those of an image tree, which do not describe the machine that will boot it. */
async function factsOf({ host, machineFacts }: SessionOptions, before: Facts | undefined): Promise<Facts> {
  const gathered = await gatherFacts(thisMachine(), host, before);
  if (!host.offline) return gathered;
  return machineFacts ? forMachine(gathered, machineFacts) : withoutMachine(gathered);
}

function reportingOf({ host, dry, json, debug }: SessionOptions, kernel: KernelOptions, io: Io): Reporting {
  const colour = isColoured(io);
  const out = (colour && !json && io.styled) || io.out;
  return reporting({ ...io, out, colour, unit: isUnit(io), json, dry, debug: debug || kernel.debug }, host);
}

async function whyDisabled(host: Host, { off }: KernelOptions): Promise<string | undefined> {
  if (off !== undefined && !host.offline) return `the kernel command line says ${off}`;
  // If the file cannot be checked, the agent runs: a reachable machine is better than an unconfigured one.
  return (await host.stat(ownPaths.disabled).catch(() => undefined)) ? `${ownPaths.disabled} is there` : undefined;
}

function stateOf({ host, dry, facts, identity }: SessionOptions, report: Reporting): State {
  const asNew = () => openState(memoryStore(new Map([['fresh', '']])));
  if (identity['as-new'] !== undefined || facts) return asNew();
  const disk = folderStore(host.root);
  if (!dry) return openState(disk);
  try {
    return openState(readOnly(disk));
  } catch (error) {
    if (host.privileged || !isRefused(error)) throw error;
    report.warn('needs-root', 'What earlier runs did is known to root alone: the plan shows all as if nothing had run');
    return asNew();
  }
}

/** Redacts recorded failures: later boots show them to all users and do not know the secrets of this boot. */
const withoutSecrets = (state: State, { clean }: Reporting): State => ({
  ...state,
  ended: (module) => state.ended(clean(module)),
});

function reportState(state: State, { host, dry }: SessionOptions, report: Reporting): void {
  for (const { code, text } of state.warnings) report.warn(code, text);
  if (dry) return;
  if (state.interrupted !== undefined)
    report.note(`The last run was interrupted in ${state.interrupted}; this run continues from there`);
  if (!state.inService() || host.offline) return;
  // The next stage may run in another process and needs the record too.
  orReport(report, () => state.setInService());
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
