import { ownPaths } from '../../base/own-paths.ts';
import type { Stage } from '../../engine/module.ts';
import type { Facts } from '../../facts/facts.ts';
import * as files from '../../host/files.ts';
import type { Host } from '../../host/host.ts';
import * as readFs from '../../host/read-fs.ts';
import { assumedNetworkMarker, leaveMarker } from '../../state/markers.ts';
import type { Store } from '../../state/store.ts';

/**
 * What is made of the machine's address cannot be looked at before there is one. A later boot supposes that it will be the
 * address the machine had. Where that leaves nothing to do, a shell sees to it that it is: the last unit starts us else.
 */
const file = 'network.json';
/** That the login stages wanted an address, and there was none. */
const lacked = ownPaths.noAddress;

type Network = Facts['network'];

/** Facts that tell when somebody asks for an address that is not there yet. */
export function observingAddress(facts: Facts, onLack: () => void, instead: Partial<Network> = {}): Facts {
  return {
    ...facts,
    get network() {
      if (facts.network.address !== undefined) return facts.network;
      onLack();
      return { ...facts.network, ...instead };
    },
  };
}

/** Keeps what one address alone tells of the network: with more of them, that one is back says little. */
export function keepNetwork({ network }: Facts, store: Store): void {
  const { interface: leading, address, interfaces } = network;
  const all = interfaces.flatMap(({ addresses }) => addresses).filter((each) => !each.includes(':'));
  const text = JSON.stringify({ interface: leading, address, interfaces });
  if (all.length !== 1 || all[0] !== address || store.read(file) === text) return;
  try {
    store.replace(file, text);
  } catch {
    // A full disk: the next boot waits for its address, as it would without this.
  }
}

export function readKeptNetwork(store: Store): Partial<Network> | undefined {
  try {
    return JSON.parse(store.read(file) ?? '') as Partial<Network>; // written above
  } catch {
    return undefined; // never written, or damaged: it is waited for
  }
}

/** Nothing is due, supposing this network. */
export const leaveAssumedNetwork = ({ interface: card, address }: Partial<Network>, root: string): void =>
  leaveMarker(assumedNetworkMarker, root, `${address} ${card}\n`);

/** That something was to be fetched before sshd and took too long. */
const lateFetch = ownPaths.lateFetch;

export const leaveLateFetchMarker = (root: string): void => leaveMarker(lateFetch, root);

export const leaveNoAddressMarker = (root: string): void => leaveMarker(lacked, root);

/** The stages that a unit has to go through: before the last one, those that had no address to look at. */
export function withMissedStages(stages: readonly Stage[], { root }: Host): readonly Stage[] {
  if (stages.length !== 1 || stages[0] !== 'final') return stages;
  const missed = [assumedNetworkMarker, lacked, lateFetch].filter((path) => readFs.stat(root, path));
  for (const path of missed) files.remove(root, path);
  if (missed.includes(lateFetch)) return ['early', 'main', 'final'];
  return missed.length > 0 ? ['main', 'final'] : stages;
}
