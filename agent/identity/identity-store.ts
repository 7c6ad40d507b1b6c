import { asProblem, Problem } from '../base/problem.ts';
import type { ReadHost } from '../host/host.ts';
import { type Instance, noInstance } from '../metadata/datasource.ts';
import type { Report } from '../report/event.ts';
import type { State } from '../state/state.ts';
import { isOtherMachine, wholeOf } from './fingerprint.ts';

/** The identity as the modules receive it. */
export interface KnownIdentity {
  readonly instance: Instance;
  /** A fresh image, or one that boots on another machine. */
  readonly newMachine: boolean;
  /** The machine was in service without bootagent: once-only work counts as done. */
  readonly adopted: boolean;
  /** The earlier stages ran without knowing the instance. */
  readonly missed: boolean;
}

/** The means to recognize this machine and to store its instance. */
export interface IdentityStore {
  readonly state: State;
  readonly host: ReadHost;
  readonly report: Report;
  readonly fingerprint: string;
  /** The hardware fingerprint; `pinned`: it alone is enough to recognize the machine. */
  readonly hardware?: string;
  readonly pinned?: boolean;
  /** Whether the identity is stored: a preview stores nothing. */
  readonly keeps: boolean;
  readonly serialize: (instance: Instance) => string;
  readonly deserialize: (text: string) => Instance | undefined;
}

/** Returns the identity of the last boot if the fingerprint matches; the datasources are not queried. */
export function storedIdentity({
  state,
  host,
  fingerprint,
  hardware,
  pinned,
  report,
  deserialize,
}: IdentityStore): KnownIdentity | undefined {
  const identity = state.identity();
  const text = state.instance();
  if (!identity || text === undefined) return undefined;
  const isSame = identity.fingerprint === fingerprint;
  if (!isSame && !(pinned && hardware !== undefined && identity.hardware === hardware)) return undefined;
  const instance = deserialize(text);
  // A damaged or incomplete instance is fetched again.
  if (!instance || instance.missing) return undefined;
  tell(
    report,
    instance,
    isSame ? 'cached: same machine as last boot' : 'pinned: seeds and volumes are ignored',
    'known',
  );
  const { newMachine = false } = identity;
  return { instance, newMachine, adopted: !host.offline && state.inService(), missed: false };
}

/** Stores the instance that a datasource returned. Only an id that a datasource returned makes a new instance. */
export async function storeIdentity(instance: Instance, how: string, memory: IdentityStore): Promise<KnownIdentity> {
  const { state, fingerprint, hardware, report, keeps, serialize } = memory;
  const before = state.identity();
  const isNew = before?.id !== instance.id;
  const adopted = (before === undefined || !isNew) && (await wasInService(instance, memory));
  // Without any record, the host keys may come from an image. Shared host keys are worse than new ones that clients must
  // accept.
  const emptied = adopted && state.emptied() && !(await isOfCloudInit(instance, memory));
  const newMachine = emptied || (!adopted && (isNew || isOtherMachine(before.fingerprint, fingerprint)));
  const missed =
    before === undefined ? state.lastRuns().some(({ scope }) => scope === `instance:${noInstance.id}`) : isNew;
  if (keeps) {
    try {
      const { id, datasource } = instance;
      // A partial fingerprint does not replace a complete one.
      const kept = isNew ? fingerprint : wholeOf(fingerprint, before.fingerprint);
      state.remember(
        { id, datasource, fingerprint: kept, ...(hardware && { hardware }), ...(newMachine && { newMachine }) },
        serialize(instance),
      );
      // Records of module runs without an instance now count for this instance. On a machine in service there are no such
      // records, and the once-only work of the instance counts as done.
      if (adopted) state.setInService();
      else state.adopt(`instance:${noInstance.id}`, `instance:${instance.id}`);
    } catch (error) {
      // A full disk must not prevent the keys from being installed: this boot goes on, the next one fetches again.
      report({ event: 'problem', module: 'identity', at: 'state', problem: asProblem(error) });
    }
  }
  for (const sentence of instance.missing ?? []) {
    const hint = 'The rest is used. The missing parts are fetched again at the next boot, or now by "bootagent run".';
    const problem = new Problem('datasource-unreachable', sentence, { hint });
    report({ event: 'problem', module: 'identity', at: 'datasource', problem });
  }
  tell(report, instance, how, adopted ? 'adopted' : isNew ? 'new' : 'known');
  return { instance, newMachine, adopted, missed };
}

/** Whether the machine was in service: its state was lost, or cloud-init managed it as this instance before. */
async function wasInService(instance: Instance, memory: IdentityStore): Promise<boolean> {
  const { state, host } = memory;
  if (host.offline) return false;
  if (state.inService()) return true;
  return state.identity() === undefined && isOfCloudInit(instance, memory);
}

async function isOfCloudInit({ id }: Instance, { host }: IdentityStore): Promise<boolean> {
  const known = await host.readText('/var/lib/cloud/data/instance-id').catch(() => undefined);
  return known?.trim() === id;
}

function tell(report: Report, instance: Instance, how: string, standing: 'new' | 'known' | 'adopted'): void {
  const { id, datasource, publicKeys } = instance;
  report({ event: 'instance', id, datasource, how, standing, keys: publicKeys.length });
}

/** Returns the instance of a run with user-data from the command line; it has no hostname, so the machine keeps its own. */
export const givenInstance = (userData: Uint8Array | undefined, userDataFile?: string): Instance => ({
  ...noInstance,
  id: 'by-hand',
  datasource: 'by-hand',
  userData,
  userDataFile,
});
