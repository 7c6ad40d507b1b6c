import { parsedJson } from '../base/parsed-json.ts';
import { asProblem, Problem } from '../base/problem.ts';
import type { Stage } from '../engine/module.ts';
import type { Facts } from '../facts/facts.ts';
import type { Host } from '../host/host.ts';
import { thisMachine } from '../host/linux.ts';
import type { Reporting } from '../report/reporting.ts';
import type { State } from '../state/state.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import {
  givenInstance,
  type IdentityStore,
  type KnownIdentity,
  storedIdentity,
  storeIdentity,
} from './identity-store.ts';
import { datasourceNames, datasourceSettings } from './image-datasources.ts';
import { keepTries, keptTries } from './kept-tries.ts';
import type { Selection } from './select-datasource.ts';

/** How long a stage may wait for a datasource: the stages before login are short, the last one may wait. */
const budgetMs: Readonly<Record<Stage, number>> = { local: 5_000, early: 20_000, main: 20_000, final: 300_000 };

/** Identifies the instance, as far as this stage can. */
export type Identify = (
  stage: Stage,
  facts: Facts,
  image: () => Promise<Mapping>,
) => Promise<KnownIdentity | undefined>;

/** Command line options that decide which datasource is used. */
export interface IdentityOptions {
  readonly datasource?: string;
  readonly seed?: string;
  readonly facts?: string;
  readonly 'as-new'?: string;
}

export interface IdentifierContext {
  readonly host: Host;
  readonly state: State;
  readonly report: Reporting;
  readonly options: IdentityOptions;
  /** User-data from the command line; `userDataFile` is its name in source locations. */
  readonly userData: Uint8Array | undefined;
  readonly userDataFile?: string | undefined;
  readonly keeps: boolean;
}

export interface Identifier {
  readonly identify: Identify;
  /** Whether no datasource was detected, so that there is nothing to wait for. */
  hasNoDatasource(): boolean;
}

/** The record with the fingerprint of a machine on which no datasource was detected. */
const noDatasourceRecord = 'nobody';

/**
 * Returns the identifier of a run: the instance comes from the command line, from the stored identity or from a datasource.
 * The code of the datasources is loaded only when it is needed.
 */
export function identifier(context: IdentifierContext): Identifier {
  const { host, state, report, options, userData, userDataFile, keeps } = context;
  const missing = missingReporter(context);
  let fetched = false;
  let noDatasource = false;
  let found: KnownIdentity | undefined;
  return {
    // The result is kept for the whole run.
    identify: async (...given) => {
      found ??= await resolve(...given);
      return found;
    },
    hasNoDatasource: () => noDatasource,
  };

  async function resolve(...[stage, facts, image]: Parameters<Identify>): Promise<KnownIdentity | undefined> {
    if (userData !== undefined)
      return {
        instance: givenInstance(userData, userDataFile),
        newMachine: state.condition === 'fresh',
        adopted: false,
        missed: false,
      };
    // With facts of another machine, the identity of this one does not matter.
    if (options.facts !== undefined && options.seed === undefined) return undefined;
    const store = await identityStore(context, facts);
    const named = options.datasource !== undefined || options.seed !== undefined;
    const known = named || options['as-new'] !== undefined ? undefined : storedIdentity(store);
    if (known) return published(known, context);
    if (stage === 'main' && fetched) return undefined; // "early" and "main" share one attempt
    fetched = stage !== 'local';
    const selection = await select(context, stage, facts, await image());
    if (selection.instance) return published(await storeIdentity(selection.instance, selection.how, store), context);
    if (keeps && stage !== 'local') keep(report, () => keepTries(state, host.root, selection.tries));
    missing(stage, selection);
    if (!selection.unasked && !selection.expected) {
      // In "local", udev may not have found all drives: no detection counts only if an earlier boot had the same result.
      const isRecorded = state.store.read(noDatasourceRecord) === store.fingerprint;
      noDatasource = isRecorded || stage !== 'local';
      if (keeps && noDatasource && !isRecorded)
        keep(report, () => state.store.replace(noDatasourceRecord, store.fingerprint));
    }
    return undefined;
  }
}

/** Queries the datasources that are detected or named. */
async function select(
  { host, state, report, options }: IdentifierContext,
  stage: Stage,
  facts: Facts,
  image: Mapping,
): Promise<Selection> {
  const { identify } = await import('./select-datasource.ts');
  return identify({
    // A seed directory from the command line is on the running machine, even if the run is for another root.
    host: options.seed === undefined ? host : thisMachine(),
    facts,
    named: options.datasource === undefined ? datasourceNames(image) : [options.datasource],
    settings: datasourceSettings(image),
    stage: stage === 'local' ? 'local' : 'network',
    deadline: host.now() + budgetMs[stage],
    last: stage === 'final',
    seed: options.seed,
    chosen: options.datasource,
    tries: keptTries(state, host.root),
    note: (level, text) => report.report({ event: 'note', level, module: 'datasource', text }),
    waiting: (what, ms, ended) =>
      report.report({ event: 'waiting', module: 'datasource', what, ms, ...(ended && { ended }) }),
  });
}

/** Returns the function that reports missing metadata; the same reason is reported once a run. */
function missingReporter({ report }: IdentifierContext) {
  let reported: string | undefined;
  return (stage: Stage, { how, unasked, expected }: Extract<Selection, { instance: undefined }>): void => {
    // No later stage can fetch again: report a problem, so that the status shows it.
    if (stage === 'final' && expected) {
      throw new Problem('datasource-unreachable', `No metadata: ${how}; SSH keys and user-data are missing`, {
        hint: 'Only the settings of the image are used. See "bootagent detect"; when the service answers: bootagent run',
      });
    }
    // Before there is a network, a missing answer from a network datasource is expected and not reported.
    if ((stage === 'local' && unasked) || how === reported) return;
    reported = how;
    const level = unasked ? 'warning' : 'note';
    const instead =
      unasked && stage !== 'final' ? 'the last stage asks again' : 'only the settings of the image are used';
    report.report({ event: 'note', level, module: 'datasource', text: `No metadata: ${how}; ${instead}` });
  };
}

/** Writes the public variables to a file that all users can read, so that "query" does not need root. */
async function published(known: KnownIdentity, { host, report, keeps }: IdentifierContext): Promise<KnownIdentity> {
  if (!keeps || host.offline) return known;
  const { publicVariables, publicPath } = await import('./variables.ts');
  const text = JSON.stringify(publicVariables(known.instance));
  try {
    if ((await host.readText(publicPath)) !== text) await host.writeFile(publicPath, text, { mode: 0o644 });
  } catch (error) {
    // If /run is full, only "query" fails; the keys and the user-data do not depend on this file.
    report.report({ event: 'problem', module: 'identity', at: 'query', problem: asProblem(error) });
  }
  return known;
}

/** Writes a record. A failure is only reported: the next stage or boot determines the value again. */
function keep({ report }: Reporting, write: () => void): void {
  try {
    write();
  } catch (error) {
    report({ event: 'problem', module: 'identity', at: 'state', problem: asProblem(error) });
  }
}

async function identityStore({ state, host, report, keeps }: IdentifierContext, facts: Facts): Promise<IdentityStore> {
  const { fingerprint, hardwareFingerprint, pinFile } = await import('./fingerprint.ts');
  const { fromJson, toJson } = await import('./instance-json.ts');
  return {
    state,
    host,
    report: report.report,
    fingerprint: await fingerprint(facts, host),
    hardware: hardwareFingerprint(facts),
    pinned: (await host.stat(pinFile)) !== undefined,
    keeps,
    serialize: (instance) => JSON.stringify(toJson(instance)),
    // A damaged instance is fetched again.
    deserialize: (text) => fromJson(parsedJson(text)),
  };
}
