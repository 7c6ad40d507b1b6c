import type { State } from '../state/state.ts';
import type { Notice } from './summary.ts';

/** Warnings of the last boot that checked the settings: a boot with nothing due does not check them again. */
const file = 'notes.json';

export function keptNotes({ store }: Pick<State, 'store'>): Notice[] {
  try {
    return JSON.parse(store.read(file) ?? '[]') as Notice[]; // written below
  } catch {
    return []; // damaged: they are reported again when the settings are read
  }
}

export function keepNotes({ store }: Pick<State, 'store'>, notes: readonly Notice[]): void {
  const text = JSON.stringify(notes);
  if ((store.read(file) ?? '[]') === text) return;
  try {
    store.replace(file, text, 'later');
  } catch {
    // A full disk: this boot shows the notes anyway.
  }
}
