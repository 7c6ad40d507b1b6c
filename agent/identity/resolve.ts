import { asProblem, Problem } from '../base/problem.ts';
import type { Stage } from '../engine/module.ts';
import type { Facts } from '../facts/facts.ts';
import type { Host } from '../host/host.ts';
import { thisMachine } from '../host/linux.ts';
import type { Reporting } from '../report/reporting.ts';
import { currentBoot } from '../state/markers.ts';
import type { State } from '../state/state.ts';
import { type Mapping, toJs } from '../userdata/schema/source-node.ts';
import {
  givenInstance,
  type IdentityStore,
  type KnownIdentity,
  storedIdentity,
  storeIdentity,
} from './identity-store.ts';
import type { TriesBySource } from './select-datasource.ts';

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
const alone = 'nobody';

/**
 * Returns the identifier of a run: the instance comes from the command line, from the stored identity or from a datasource.
 * The code of the datasources is loaded only when it is needed.
 */
export function identifier({
  host,
  state,
  report,
  options,
  userData,
  userDataFile,
  keeps,
}: IdentifierContext): Identifier {
  let asked = false;
  let lately: string | undefined;
  let nobodys = false;
  let found: KnownIdentity | undefined;
  return {
    // The result is kept for the whole run.
    identify: async (...how) => {
      found ??= await learn(...how);
      return found;
    },
    hasNoDatasource: () => nobodys,
  };

  async function learn(...[stage, facts, image]: Parameters<Identify>): Promise<KnownIdentity | undefined> {
    if (userData !== undefined)
      return {
        instance: givenInstance(userData, userDataFile),
        newMachine: state.condition === 'fresh',
        adopted: false,
        missed: false,
      };
    // With facts of another machine, the identity of this one does not matter.
    if (options.facts !== undefined && options.seed === undefined) return undefined;
    const memory = await memoryOf(facts);
    const named = options.datasource !== undefined || options.seed !== undefined;
    const known = named || options['as-new'] !== undefined ? undefined : storedIdentity(memory);
    if (known) return published(known);
    if (stage === 'main' && asked) return undefined; // "early" and "main" share one attempt
    asked = stage !== 'local';
    const { identify } = await import('./select-datasource.ts');
    const config = await image();
    const wanted = options.datasource === undefined ? listOf(config, 'datasource_list') : [options.datasource];
    const answer = await identify({
      // A seed directory from the command line is on the running machine, even if the run is for another root.
      host: options.seed === undefined ? host : thisMachine(),
      facts,
      named: wanted,
      settings: datasourceSettings(config),
      stage: stage === 'local' ? 'local' : 'network',
      deadline: host.now() + budgetMs[stage],
      last: stage === 'final',
      seed: options.seed,
      chosen: options.datasource,
      tries: triesOf(state, host.root),
      note: (level, text) => report.report({ event: 'note', level, module: 'datasource', text }),
      waiting: (what, ms, ended) =>
        report.report({ event: 'waiting', module: 'datasource', what, ms, ...(ended && { ended }) }),
    });
    if (answer.instance) return published(await storeIdentity(answer.instance, answer.how, memory));
    if (keeps && stage !== 'local')
      keep(() =>
        state.store.replace('tries.json', JSON.stringify({ boot: currentBoot(host.root), tries: answer.tries })),
      );
    // No later stage can fetch again: report a problem, so that the status shows it.
    if (stage === 'final' && answer.expected) {
      throw new Problem('datasource-unreachable', `No metadata: ${answer.how}; SSH keys and user-data are missing`, {
        hint: 'Only the settings of the image are used. See "bootagent detect"; when the service answers: bootagent run',
      });
    }
    // Before there is a network, a missing answer from a network datasource is expected and not reported.
    if ((stage !== 'local' || !answer.unasked) && answer.how !== lately) {
      lately = answer.how;
      const level = answer.unasked ? 'warning' : 'note';
      const instead =
        answer.unasked && stage !== 'final' ? 'the last stage asks again' : 'only the settings of the image are used';
      const text = `No metadata: ${answer.how}; ${instead}`;
      report.report({ event: 'note', level, module: 'datasource', text });
    }
    if (!answer.unasked && !answer.expected) {
      // In "local", udev may not have found all drives: no detection counts only if an earlier boot had the same result.
      const known = state.store.read(alone) === memory.fingerprint;
      nobodys = known || stage !== 'local';
      if (keeps && nobodys && !known) keep(() => state.store.replace(alone, memory.fingerprint));
    }
    return undefined;
  }

  /** Writes the public variables to a file that all users can read, so that "query" does not need root. */
  async function published(known: KnownIdentity): Promise<KnownIdentity> {
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
  function keep(write: () => void): void {
    try {
      write();
    } catch (error) {
      report.report({ event: 'problem', module: 'identity', at: 'state', problem: asProblem(error) });
    }
  }

  async function memoryOf(facts: Facts): Promise<IdentityStore> {
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
      deserialize: (text) => fromJson(parsed(text)),
    };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // damaged: it is fetched again
  }
}

/** Returns the tries of the earlier stages of this boot, which this stage continues; those of an earlier boot are ignored. */
function triesOf(state: State, root: string): TriesBySource {
  // Written above; a damaged record counts as empty.
  const kept = parsed(state.store.read('tries.json') ?? '') as { boot?: string; tries?: TriesBySource } | undefined;
  return kept?.boot === currentBoot(root) ? (kept.tries ?? {}) : {};
}

export function listOf({ entries }: Mapping, key: string): string[] | undefined {
  const written = entries.get(key)?.value;
  if (written?.is === 'scalar' && written.value !== null) return [written.raw];
  return written?.is === 'list' ? written.items.flatMap((each) => (each.is === 'scalar' ? [each.raw] : [])) : undefined;
}

/** Returns `datasource: {Ec2: {...}}` as plain values. */
export function datasourceSettings({ entries }: Mapping): Record<string, Record<string, unknown>> {
  const written = entries.get('datasource')?.value;
  if (written?.is !== 'mapping') return {};
  const plain = toJs(written) as Record<string, unknown>; // a mapping becomes a record
  return Object.fromEntries(Object.entries(plain).flatMap(([name, own]) => (isRecord(own) ? [[name, own]] : [])));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
