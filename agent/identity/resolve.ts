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

/** How long a stage may wait for a source: login must not wait, what comes after it may. */
const budgetMs: Readonly<Record<Stage, number>> = { local: 5_000, early: 20_000, main: 20_000, final: 300_000 };

/** Identifies the instance, as far as this stage can. */
export type Identify = (
  stage: Stage,
  facts: Facts,
  image: () => Promise<Mapping>,
) => Promise<KnownIdentity | undefined>;

/** Options of the command line that decide what is asked. */
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
  /** User-data given on the command line, and the name its lines are reported by. */
  readonly userData: Uint8Array | undefined;
  readonly userDataFile?: string | undefined;
  readonly keeps: boolean;
}

export interface Identifier {
  readonly identify: Identify;
  /** No source speaks for this machine: there is nobody to wait for. */
  hasNoDatasource(): boolean;
}

/** For which machine no source was found that speaks for it: its fingerprint. */
const alone = 'nobody';

/** The way a run learns who it is: by hand, by memory, or by asking; the askers are loaded when somebody is asked. */
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
    // Once it is known, it is known to the whole run.
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
    // Another machine's plan has nothing to do with who this one is.
    if (options.facts !== undefined && options.seed === undefined) return undefined;
    const memory = await memoryOf(facts);
    const named = options.datasource !== undefined || options.seed !== undefined;
    const known = named || options['as-new'] !== undefined ? undefined : storedIdentity(memory);
    if (known) return published(known);
    if (stage === 'main' && asked) return undefined; // once for the login stages together
    asked = stage !== 'local';
    const { identify } = await import('./select-datasource.ts');
    const config = await image();
    const wanted = options.datasource === undefined ? listOf(config, 'datasource_list') : [options.datasource];
    const answer = await identify({
      // A seed named on the command line lies on the machine that runs it, also where a tree is worked on.
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
    // No later stage is left to go on: that is a problem, and the status says so.
    if (stage === 'final' && answer.expected) {
      throw new Problem('datasource-unreachable', `No metadata: ${answer.how}; SSH keys and user-data are missing`, {
        hint: 'Only the settings of the image are used. See "bootagent detect"; when the service answers: bootagent run',
      });
    }
    // Before there is a network, that a network source has said nothing is no news.
    if ((stage !== 'local' || !answer.unasked) && answer.how !== lately) {
      lately = answer.how;
      const level = answer.unasked ? 'warning' : 'note';
      const instead =
        answer.unasked && stage !== 'final' ? 'the last stage asks again' : 'only the settings of the image are used';
      const text = `No metadata: ${answer.how}; ${instead}`;
      report.report({ event: 'note', level, module: 'datasource', text });
    }
    if (!answer.unasked && !answer.expected) {
      // Before udev has brought all drives, that none speaks is only believed where none did at an earlier boot.
      const known = state.store.read(alone) === memory.fingerprint;
      nobodys = known || stage !== 'local';
      if (keeps && nobodys && !known) keep(() => state.store.replace(alone, memory.fingerprint));
    }
    return undefined;
  }

  /** What everybody may know of it lies where everybody can read, so that "query" needs no root. */
  async function published(known: KnownIdentity): Promise<KnownIdentity> {
    if (!keeps || host.offline) return known;
    const { publicVariables, publicPath } = await import('./variables.ts');
    const text = JSON.stringify(publicVariables(known.instance));
    try {
      if ((await host.readText(publicPath)) !== text) await host.writeFile(publicPath, text, { mode: 0o644 });
    } catch (error) {
      // On a full /run "query" knows nothing; the keys and the user-data do not depend on it.
      report.report({ event: 'problem', module: 'identity', at: 'query', problem: asProblem(error) });
    }
    return known;
  }

  /** What cannot be kept is found out again at the next stage or boot. */
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
    return undefined; // damaged: it will be asked for anew
  }
}

/** What the stages before this one tried, so that it goes on counting. An earlier boot's tries are not ours. */
function triesOf(state: State, root: string): TriesBySource {
  // Written above; what is damaged counts for nothing.
  const kept = parsed(state.store.read('tries.json') ?? '') as { boot?: string; tries?: TriesBySource } | undefined;
  return kept?.boot === currentBoot(root) ? (kept.tries ?? {}) : {};
}

export function listOf({ entries }: Mapping, key: string): string[] | undefined {
  const written = entries.get(key)?.value;
  if (written?.is === 'scalar' && written.value !== null) return [written.raw];
  return written?.is === 'list' ? written.items.flatMap((each) => (each.is === 'scalar' ? [each.raw] : [])) : undefined;
}

/** `datasource: {Ec2: {...}}` as plain values. */
export function datasourceSettings({ entries }: Mapping): Record<string, Record<string, unknown>> {
  const written = entries.get('datasource')?.value;
  if (written?.is !== 'mapping') return {};
  const plain = toJs(written) as Record<string, unknown>; // a mapping means a record
  return Object.fromEntries(Object.entries(plain).flatMap(([name, own]) => (isRecord(own) ? [[name, own]] : [])));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
