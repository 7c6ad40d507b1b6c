import type { Edit } from '../engine/change.ts';
import { deselected } from './ca-certificates.ts';
import { chrony } from './chrony.ts';
import { editCondor } from './condor.ts';
import { editFstab } from './fstab.ts';
import { editHosts } from './hosts.ts';
import { lines } from './lines.ts';
import { shell } from './shell.ts';
import { editSshd } from './sshd.ts';
import { sysconfig } from './sysconfig.ts';

type Syntax = Edit['syntax'];
type Editor<S extends Syntax> = (text: string, edit: Extract<Edit, { syntax: S }>) => string;

/** One pure function for each syntax; it returns the same text if there is nothing to change. */
const editors: { readonly [S in Syntax]: Editor<S> } = {
  'ca-certificates': deselected,
  chrony,
  condor: editCondor,
  fstab: editFstab,
  hosts: editHosts,
  lines,
  shell,
  sshd: editSshd,
  sysconfig,
};

// The table's type pairs each syntax with its editor; TypeScript cannot carry that pairing through a lookup.
export const edited = (text: string, edit: Edit): string => (editors[edit.syntax] as Editor<Syntax>)(text, edit);
