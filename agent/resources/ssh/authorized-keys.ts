import { Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { Difference, StateHandler } from '../../engine/handler.ts';
import { accountOf } from '../../facts/accounts.ts';
import type { Account } from '../../facts/facts.ts';
import type { Attributes, ReadHost } from '../../host/host.ts';
import { withKeys } from './authorized-keys-file.ts';
import { readKeyLine } from './key-line.ts';
import { keysFileOf, sshdDirectives } from './sshd-config.ts';

type Wanted = ChangeOf<'authorized-keys'>;

/** The largest file of keys that is read, in bytes: its user can make it as large as the disk. */
const mostBytes = 2 ** 20;

/** Adds public keys for a user to the file that sshd reads for that user. */
export const authorizedKeysHandler: StateHandler<Wanted> = {
  sort: 'state',
  needs: 'root',
  subject: ({ user }) => user,

  async compare(change, host) {
    const account = await accountOf(change.user, host);
    if (!account) return 'user does not exist yet';
    const place = await placeOf(account, host);
    if (!(await host.stat(place.path))) return lacking(change, place, '');
    const before = await textOf(place, host);
    if (withKeys(before, linesOf(change)) !== before) return lacking(change, place, before);
    for (const [path, mode] of place.guarded) {
      const stat = await host.stat(path);
      if (stat && stat.uid !== account.uid) return `${path} is not owned by ${change.user}`;
      if (stat && stat.mode !== mode) return `${path} has mode 0${stat.mode.toString(8)}, not 0${mode.toString(8)}`;
    }
    return undefined;
  },

  async apply(change, host) {
    const account = await accountOf(change.user, host);
    if (!account) {
      throw new Problem('not-possible', `There is no user ${change.user}`, { hint: 'Make the user under "users".' });
    }
    const place = await placeOf(account, host);
    if (place.within !== undefined && !(await host.stat(account.home))) {
      throw new Problem('not-possible', `The home of ${change.user}, ${account.home}, does not exist`, {
        hint: 'Leave out no_create_home and system, or make the folder.',
      });
    }
    const own: Attributes = { owner: String(account.uid), group: String(account.gid), within: place.within };
    for (const [path, mode] of place.guarded) {
      if (path !== place.path) await host.makeDirectory(path, { ...own, mode });
    }
    const isNew = (await host.stat(place.path)) === undefined;
    const text = isNew ? '' : await textOf(place, host);
    const guarded = isNew || place.within !== undefined;
    const bytes = Buffer.from(withKeys(text, linesOf(change)), 'latin1');
    await host.writeFile(place.path, bytes, guarded ? { ...own, mode: 0o600 } : {});
    const home = await host.stat(account.home);
    return home && (home.mode & 0o022) !== 0
      ? `${account.home} can be written by others: sshd accepts no keys until that is repaired`
      : undefined;
  },
};

interface Place {
  readonly path: string;
  /** The home directory, if the file is in it. */
  readonly within: string | undefined;
  /** The paths whose owner and mode are enforced: the file, and the directories between the home and the file. */
  readonly guarded: readonly (readonly [path: string, mode: number])[];
}

async function placeOf(account: Account, host: ReadHost): Promise<Place> {
  const found = keysFileOf(account, await sshdDirectives(host));
  if ('refused' in found) {
    throw new Problem('not-possible', `No keys for ${account.name}: ${found.refused}`, {
      hint: 'Give each user a file of their own in sshd_config, such as .ssh/authorized_keys.',
    });
  }
  const { path } = found;
  const { home } = account;
  if (home === '' || home === '/' || !path.startsWith(`${home}/`)) return { path, within: undefined, guarded: [] };
  const folders: [string, number][] = [];
  for (let up = above(path); up !== home; up = above(up)) folders.unshift([up, 0o700]);
  for (const [each] of [[home], ...folders, [path]] as const) {
    if ((await host.stat(each))?.type !== 'link') continue;
    throw new Problem('unsafe-path', `${each} is a link, in or for the home of ${account.name}, and is not followed`);
  }
  return { path, within: home, guarded: [...folders, [path, 0o600]] };
}

/** Decodes one character per byte, so that comments in any encoding are preserved. */
async function textOf({ path }: Place, host: ReadHost): Promise<string> {
  const stat = await host.stat(path);
  if (stat && stat.size > mostBytes) {
    throw new Problem('not-possible', `${path} is larger than any file of keys (${stat.size} bytes)`);
  }
  return Buffer.from((await host.readBytes(path)) ?? []).toString('latin1');
}

const linesOf = ({ keys }: Wanted) =>
  keys.map((key) => readKeyLine(Buffer.from(key).toString('latin1'))).filter((line) => typeof line !== 'string');

function lacking(change: Wanted, { path }: Place, before: string): Difference {
  const after = withKeys(before, linesOf(change));
  const there = new Set(before.split('\n'));
  const added = after.split('\n').filter((line) => line !== '' && !there.has(line));
  const shown = (text: string): string => Buffer.from(text, 'latin1').toString();
  return {
    why: before === '' ? `${path} lacks the keys` : `${path} lacks a key, or has it with other options`,
    will:
      added.length === 0 ? `repair ${path}` : `add ${added.length} ${added.length === 1 ? 'key' : 'keys'} to ${path}`,
    file: { path, before: before === '' ? undefined : shown(before), after: shown(after) },
  };
}

const above = (path: string): string => path.slice(0, path.lastIndexOf('/'));
