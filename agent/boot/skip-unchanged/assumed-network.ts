import { ownPaths } from '../../base/own-paths.ts';
import type { Stage } from '../../engine/module.ts';
import type { Facts } from '../../facts/facts.ts';
import * as files from '../../host/files.ts';
import type { Host } from '../../host/host.ts';
import * as readFs from '../../host/read-fs.ts';
import { assumedNetworkMarker, leaveMarker } from '../../state/markers.ts';
import type { Store } from '../../state/store.ts';

/**
 * The network of the last boot. Settings that depend on the machine's address cannot be checked before there is one, so a later
 * boot assumes the previous address. If nothing is due with it, a shell script checks the address in the last unit, and starts
 * the agent if it differs.
 */
const file = 'network.json';
/** Marker: the login stages needed an address, and the machine had none. */
const lacked = ownPaths.noAddress;

type Network = Facts['network'];

/**
 * Returns facts that call `onLack` when the network is read while it has no address; `instead` replaces parts of that network.
 */
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

/**
 * Stores the network if it has exactly one IPv4 address: if there are several, the return of one does not identify the network.
 */
export function keepNetwork({ network }: Facts, store: Store): void {
  const { interface: leading, address, interfaces } = network;
  const all = interfaces.flatMap(({ addresses }) => addresses).filter((each) => !each.includes(':'));
  const text = JSON.stringify({ interface: leading, address, interfaces });
  if (all.length !== 1 || all[0] !== address || store.read(file) === text) return;
  try {
    store.replace(file, text, 'later');
  } catch {
    // On a full disk, the next boot waits for its address, as it does without this record.
  }
}

export function readKeptNetwork(store: Store): Partial<Network> | undefined {
  try {
    return JSON.parse(store.read(file) ?? '') as Partial<Network>; // written by keepNetwork
  } catch {
    return undefined; // never written, or damaged: the boot waits for its address
  }
}

/** Leaves the marker that nothing is due as long as the machine gets this address on this interface. */
export const leaveAssumedNetwork = ({ interface: card, address }: Partial<Network>, root: string): void =>
  leaveMarker(assumedNetworkMarker, root, `${address} ${card}\n`);

/** Marker: fetching before sshd exceeded its time limit. */
const lateFetch = ownPaths.lateFetch;

export const leaveLateFetchMarker = (root: string): void => leaveMarker(lateFetch, root);

export const leaveNoAddressMarker = (root: string): void => leaveMarker(lacked, root);

/** Returns the stages that a unit runs: the last unit first repeats those that lacked an address or the time to fetch. */
export function withMissedStages(stages: readonly Stage[], { root }: Host): readonly Stage[] {
  if (stages.length !== 1 || stages[0] !== 'final') return stages;
  const missed = [assumedNetworkMarker, lacked, lateFetch].filter((path) => readFs.stat(root, path));
  for (const path of missed) files.remove(root, path);
  if (missed.includes(lateFetch)) return ['early', 'main', 'final'];
  return missed.length > 0 ? ['main', 'final'] : stages;
}
