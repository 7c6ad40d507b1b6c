import { asProblem, Problem } from '../base/problem.ts';
import type { ReadHost } from '../host/host.ts';
import { type Instance, noInstance } from '../metadata/datasource.ts';
import type { Report } from '../report/event.ts';
import type { State } from '../state/state.ts';
import { isOtherMachine, wholeOf } from './fingerprint.ts';

/** What the modules are told of who we are. */
export interface KnownIdentity {
  readonly instance: Instance;
  /** A fresh image, or one that wakes up as another machine. */
  readonly newMachine: boolean;
  /** The machine has been in service without us: what is done once counts as done. */
  readonly adopted: boolean;
  /** The stages before this one went by without knowing. */
  readonly missed: boolean;
}

/** How this machine is known again, and how its instance is kept. */
export interface IdentityStore {
  readonly state: State;
  readonly host: ReadHost;
  readonly report: Report;
  readonly fingerprint: string;
  /** What firmware alone says, and whether that is enough to know the machine again. */
  readonly hardware?: string;
  readonly pinned?: boolean;
  /** Whether what is learned is kept: a preview keeps nothing. */
  readonly keeps: boolean;
  readonly serialize: (instance: Instance) => string;
  readonly deserialize: (text: string) => Instance | undefined;
}

/** The machine we were at the last boot, by its fingerprint: no request, no drive, no doubt. */
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
  // Damaged, or not all of it was had: it is asked for anew.
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

/** Takes a source's word for who we are, and keeps it. Only an id that was positively read makes a new instance. */
export async function storeIdentity(instance: Instance, how: string, memory: IdentityStore): Promise<KnownIdentity> {
  const { state, fingerprint, hardware, report, keeps, serialize } = memory;
  const before = state.identity();
  const isNew = before?.id !== instance.id;
  const adopted = (before === undefined || !isNew) && (await wasInService(instance, memory));
  // Where nothing was ever recorded, the host keys may be those of an image: a machine that shares them is worse off than
  // one whose clients are asked to accept new ones.
  const emptied = adopted && state.emptied() && !(await isOfCloudInit(instance, memory));
  const newMachine = emptied || (!adopted && (isNew || isOtherMachine(before.fingerprint, fingerprint)));
  const missed =
    before === undefined ? state.lastRuns().some(({ scope }) => scope === `instance:${noInstance.id}`) : isNew;
  if (keeps) {
    try {
      const { id, datasource } = instance;
      // One that lacks a part is not kept in the place of a whole one.
      const kept = isNew ? fingerprint : wholeOf(fingerprint, before.fingerprint);
      state.remember(
        { id, datasource, fingerprint: kept, ...(hardware && { hardware }), ...(newMachine && { newMachine }) },
        serialize(instance),
      );
      // "Nobody" is no id: what was done since the machine last knew its own counts for the one it has now.
      // On a machine in service nothing was done then, and what the instance asks for counts as done for itself.
      if (adopted) state.setInService();
      else state.adopt(`instance:${noInstance.id}`, `instance:${instance.id}`);
    } catch (error) {
      // A full disk must not cost the keys: it is known now, and asked again at the next boot.
      report({ event: 'problem', module: 'identity', at: 'state', problem: asProblem(error) });
    }
  }
  for (const sentence of instance.missing ?? []) {
    const hint = 'What could be had is used. It is asked for again at the next boot, or now by "bootagent run".';
    const problem = new Problem('datasource-unreachable', sentence, { hint });
    report({ event: 'problem', module: 'identity', at: 'datasource', problem });
  }
  tell(report, instance, how, adopted ? 'adopted' : isNew ? 'new' : 'known');
  return { instance, newMachine, adopted, missed };
}

/** State lost on a machine that is no fresh image, or one that cloud-init has looked after as this very instance. */
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

/** Who we are in a run that names its user-data by hand: nobody asked for another name than the machine has. */
export const givenInstance = (userData: Uint8Array | undefined, userDataFile?: string): Instance => ({
  ...noInstance,
  id: 'by-hand',
  datasource: 'by-hand',
  userData,
  userDataFile,
});
