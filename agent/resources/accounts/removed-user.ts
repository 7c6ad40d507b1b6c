import { withoutAccount, withoutMember } from '../../edits/accounts.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import { matchingPaths } from '../../host/glob.ts';
import type { ReadHost } from '../../host/host.ts';
import { toRemove } from '../../host/removable-paths.ts';

// passwd comes last: it holds the path of the home, which a run after a crash needs again.
const tables = [
  ['/etc/subuid', withoutAccount],
  ['/etc/subgid', withoutAccount],
  ['/etc/gshadow', withoutMember],
  ['/etc/group', withoutMember],
  ['/etc/selinux/*/seusers', withoutAccount],
  ['/etc/selinux/*/modules/active/seusers*', withoutAccount],
  ['/var/lib/selinux/*/active/seusers*', withoutAccount],
  ['/etc/shadow', withoutAccount],
  ['/etc/passwd', withoutAccount],
] as const;

/** Removes a user with the home, mail, jobs and groups of that name. Edits the tables as files, also in an image. */
export const removedUserHandler: StateHandler<ChangeOf<'removed-user'>, Remains> = {
  sort: 'state',
  needs: 'root',
  subject: ({ name }) => name,

  async compare(change, host) {
    const observed = await remains(change, host);
    const paths = [...observed.belongings, ...observed.edits.map(({ path }) => path)];
    return paths.length > 0 ? { why: 'is there', paths, observed } : undefined;
  },

  async apply(change, host, found) {
    const { belongings, edits } = found?.observed ?? (await remains(change, host));
    for (const path of belongings) await host.remove(path);
    for (const { path, after } of edits) await host.writeFile(path, after);
  },
};

/** What exists of a user: files to remove, and tables to edit. */
interface Remains {
  readonly belongings: readonly string[];
  readonly edits: readonly { readonly path: string; readonly after: string }[];
}

const remains = async (change: ChangeOf<'removed-user'>, host: ReadHost): Promise<Remains> => ({
  belongings: await belongingsOf(change, host),
  edits: await editsOf(change, host),
});

async function belongingsOf({ name, except }: ChangeOf<'removed-user'>, host: ReadHost): Promise<string[]> {
  const home = await ownHome(name, host);
  const spools = ['/var/mail', '/var/spool/mail', '/var/spool/cron', '/var/spool/cron/crontabs'];
  const globs = [...(home ? [home] : []), ...spools.map((folder) => `${folder}/${name}`)];
  return toRemove({ globs, ...(except && { except }) }, host);
}

/** Returns the user's home, unless it is shared with another user or is a system directory. */
async function ownHome(name: string, host: ReadHost): Promise<string | undefined> {
  const accounts = ((await host.readText('/etc/passwd')) ?? '').split('\n').map((line) => line.split(':'));
  const home = accounts.find(([first]) => first === name)?.[5];
  const isSafe = home !== undefined && /^\/(home|var\/lib|srv|opt|data)\/[^*?[]+$/.test(home) && !home.includes('..');
  const isShared = accounts.some(([first, , , , , other]) => first !== name && other !== undefined && other === home);
  return isSafe && !isShared ? home : undefined;
}

async function editsOf({ name }: ChangeOf<'removed-user'>, host: ReadHost): Promise<{ path: string; after: string }[]> {
  const found: { path: string; after: string }[] = [];
  for (const [glob, without] of tables) {
    for (const path of await matchingPaths([glob], host)) {
      const before = (await host.readText(path)) ?? '';
      const after = without(before, name);
      if (after !== before) found.push({ path, after });
    }
  }
  return found;
}
