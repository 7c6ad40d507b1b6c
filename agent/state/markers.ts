import { ownPaths } from '../base/own-paths.ts';
import * as files from '../host/files.ts';
import * as readFs from '../host/read-fs.ts';
import { bootId } from './lock.ts';

/** This boot asks for nothing more: the units after the one that left it do not start. */
export const nothingDueMarker = ownPaths.nothingDue;
/** The same as long as the machine gets the address in there, on the card in there, which the last unit's shell looks at. */
export const assumedNetworkMarker = ownPaths.assumedNetwork;

/** The last unit has something to do, and systemd was told to start the network that it is ordered behind. */
export const networkWantedMarker = ownPaths.networkWanted;

/** How often the units were started within this /run: systemd/skip-if-unchanged counts. */
const passFile = ownPaths.pass;

/** Which boot this is. A soft-reboot, and a stop and start of the units, keep the kernel and its boot ID, and yet are another. */
export function currentBoot(root: string): string {
  const pass = Number(readFs.readText(root, passFile) ?? 1);
  return pass > 1 ? `${bootId()}+${pass}` : bootId();
}

/** Tells the units that come later in this boot. */
export const leaveMarker = (path: string, root: string, text = ''): void =>
  files.writeFile(root, path, text, { mode: 0o644 });

/** Whether a stage of this boot has left either. */
export const isNothingDue = (root: string): boolean =>
  [nothingDueMarker, assumedNetworkMarker].some((mark) => readFs.stat(root, mark));
