import { Problem } from '../../base/problem.ts';
import { shownUrl } from '../../base/shown-url.ts';
import type { ActHandler } from '../../engine/handler.ts';
import type { ImportedKeysChange } from '../../engine/kinds/accounts.ts';
import { fetchText } from '../../metadata/fetch-text.ts';
import { authorizedKeysHandler } from './authorized-keys.ts';
import { readKeyLine } from './key-line.ts';

const hint = 'Check the name, or give the keys in ssh_authorized_keys.';

/** Fetches the keys that an account publishes, once, and adds them for a user. */
export const importedKeysHandler: ActHandler<ImportedKeysChange> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ id, user }) => `${id} for ${user}`,
  intent: ({ url, user }) => `adds the keys of ${shownUrl(url)} for ${user}`,

  async perform({ user, id, url }, host) {
    const { keys, skipped } = keysIn(await fetchText(url, host, { what: 'No key was imported', hint }), id);
    if (keys.length === 0) {
      throw new Problem('not-possible', `${id} publishes no SSH key: ${shownUrl(url)} lists none`, {
        hint,
      });
    }
    const change = { kind: 'authorized-keys', user, keys } as const;
    if ((await authorizedKeysHandler.compare(change, host)) === undefined) return counted(keys.length, skipped);
    const note = await authorizedKeysHandler.apply(change, host);
    return [counted(keys.length, skipped), ...(note ? [note] : [])].join('; ');
  },
};

const counted = (count: number, skipped: number): string =>
  `${count} ${count === 1 ? 'key' : 'keys'}${skipped === 0 ? '' : `; ${skipped} invalid lines are skipped`}`;

/**
 * Returns the keys of the answer, each with the comment that ssh-import-id writes and removes keys by. Options are dropped: the
 * service vouches for keys only.
 */
function keysIn(answer: string, id: string): { readonly keys: readonly string[]; readonly skipped: number } {
  const lines = answer.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const read = lines.map(readKeyLine).filter((line) => typeof line !== 'string');
  const keys = read.map(({ text, options }) => `${text.slice(options.length).trim()} # ssh-import-id ${id}`);
  return { keys: [...new Set(keys)], skipped: lines.length - read.length };
}
