import type { Change, Note, PlanItem } from '../../engine/change.ts';
import type { Image } from '../image.ts';
import type { ForeignMount } from '../submounts.ts';
import type { Operation } from './operation.ts';

export interface Sealing {
  readonly image: Image;
  /** Mounts that are not part of the image. */
  readonly foreign: readonly ForeignMount[];
  /** Paths that the current session needs until its end: the socket of its SSH agent, its working folder. */
  readonly session: readonly string[];
}

/** Returns the plan of sealing an image, one item per operation. */
export function sealPlan(operations: readonly Operation[], { image, foreign, session }: Sealing): PlanItem[] {
  const stays = [...foreign.map(({ path }) => path), ...session];
  return operations.map((operation) => {
    const changes = changesOf(operation, image).map((change) => sparing(change, stays));
    const notes = notesOn(operation, changes, image, foreign);
    return { at: operation.name, changes, ...(notes.length > 0 && { notes }) };
  });
}

function changesOf({ removes = [], keeps, empties = [], drops = [], also }: Operation, image: Image): Change[] {
  const here = (globs: readonly string[]) => globs.flatMap((glob) => inHomes(glob, image));
  const changes: Change[] = [...(also?.(image) ?? [])];
  if (removes.length > 0) changes.push({ kind: 'removed', globs: here(removes), ...(keeps && { except: keeps }) });
  if (empties.length > 0) {
    changes.push({ kind: 'emptied', globs: here(empties), ...(removes.length > 0 && { except: here(removes) }) });
  }
  for (const { lines, from } of drops) {
    changes.push({ kind: 'without-lines', globs: here(from), lines, ...(keeps && { except: keeps }) });
  }
  return changes;
}

const inHomes = (glob: string, { homes }: Image): string[] =>
  glob.startsWith('~/') ? homes.map((home) => `${home}${glob.slice(1)}`) : [glob];

function sparing(change: Change, stays: readonly string[]): Change {
  const looks = 'globs' in change || change.kind === 'removed-user';
  if (!looks || stays.length === 0) return change;
  return { ...change, except: [...(change.except ?? []), ...stays] };
}

/** Returns notes on the links and mounts that this operation concerns but does not enter. */
function notesOn(
  { name }: Operation,
  changes: readonly Change[],
  { bends, namedEntries }: Image,
  foreign: readonly ForeignMount[],
): Note[] {
  const globs = changes.flatMap((change) => ('globs' in change ? change.globs : []));
  const concerns = (path: string) => globs.some((glob) => `${glob}/`.startsWith(`${path}/`) || searches(glob, path));
  return [
    ...bends
      .filter(({ path }) => concerns(path))
      .map(
        ({ path, target }) => `${path} is a link to ${target} and was not followed; see to "${name}" there yourself`,
      ),
    ...foreign
      .filter(({ path, why }) => why !== undefined && concerns(path))
      .map(({ path, why }) => `${path} ${why} and was left alone`),
    ...(name === 'machine-id' && namedEntries.length > 0 ? [keptEntries(namedEntries)] : []),
  ].map((text) => ({ level: 'warning', text }));
}

/** The new id does not exist yet, and the boot loader's default may be an entry by its name: they cannot be renamed here. */
const keptEntries = (files: readonly string[]): string =>
  `${files.join(', ')}: named by a machine-id that instances do not have. They boot. Before the first kernel update of an ` +
  'instance, rename them to its machine-id ("Boot entries" in docs/seal.md)';

/** Whether a pattern searches for names in a folder that contains the path. */
const searches = (glob: string, path: string): boolean =>
  /[*?[]/.test(glob) && path.startsWith(glob.replace(/[^/]*[*?[].*$/, ''));
