import { parsedJson } from '../base/parsed-json.ts';
import { currentBoot } from '../state/markers.ts';
import type { State } from '../state/state.ts';
import type { TriesBySource } from './select-datasource.ts';

const file = 'tries.json';

/** Returns the tries of the earlier stages of this boot, which this stage continues; those of an earlier boot are ignored. */
export function keptTries({ store }: State, root: string): TriesBySource {
  // Written below; a damaged record counts as empty.
  const kept = parsedJson(store.read(file) ?? '') as { boot?: string; tries?: TriesBySource } | undefined;
  return kept?.boot === currentBoot(root) ? (kept.tries ?? {}) : {};
}

// After a power loss it is another boot, which ignores them.
export const keepTries = ({ store }: State, root: string, tries: TriesBySource): void =>
  store.replace(file, JSON.stringify({ boot: currentBoot(root), tries }), 'later');
