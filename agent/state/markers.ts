import { ownPaths } from '../base/own-paths.ts';
import * as files from '../host/files.ts';
import * as readFs from '../host/read-fs.ts';
import { bootId } from './lock.ts';

/** Nothing more is due in this boot: the units after the one that left this marker do not start the agent. */
export const nothingDueMarker = ownPaths.nothingDue;
/** The same if the machine gets the address in this file on the network card in it; systemd/skip-if-same-address checks it. */
export const assumedNetworkMarker = ownPaths.assumedNetwork;

/** The last unit has work to do, and network-online.target, which it is ordered after, was started for it. */
export const networkWantedMarker = ownPaths.networkWanted;

/** The number of times the units were started within this /run, counted by systemd/skip-if-unchanged. */
const passFile = ownPaths.pass;

/** Returns an ID of this boot. A soft-reboot or a restart of the units keeps the kernel's boot ID, but counts as a new boot. */
export function currentBoot(root: string): string {
  const pass = Number(readFs.readText(root, passFile) ?? 1);
  return pass > 1 ? `${bootId()}+${pass}` : bootId();
}

/** Writes a marker for the later units of this boot. */
export const leaveMarker = (path: string, root: string, text = ''): void =>
  files.writeFile(root, path, text, { mode: 0o644 });

/** Whether a stage of this boot has left one of the two markers. */
export const isNothingDue = (root: string): boolean =>
  [nothingDueMarker, assumedNetworkMarker].some((mark) => readFs.stat(root, mark));
