import type { Note, PlanItem } from '../../agent/engine/change.ts';
import type { Context } from '../../agent/engine/module.ts';
import { judgedKey } from './fields.ts';
import type { ResolvedUser } from './resolve-users.ts';

/** Returns the valid key lines, and a note on each that is left out or placed with a reservation; `whose` names their origin. */
export function judgedKeys(lines: readonly string[], whose: string): { told: string[]; bad: Note[] } {
  const told: string[] = [];
  const bad: Note[] = [];
  for (const [index, line] of lines.entries()) {
    const key = judgedKey(line);
    const which = `key ${index + 1} of ${lines.length} of ${whose}`;
    if ('wrong' in key) {
      bad.push({ level: 'alarm', text: `${which} is left out: it ${key.wrong}` });
      continue;
    }
    if (key.options !== '')
      bad.push({ level: 'warning', text: `${which} is placed with its options: ${JSON.stringify(key.options)}` });
    for (const each of key.warnings) bad.push({ level: 'alarm', text: `${which}: ${each}` });
    told.push(key.text);
  }
  return { told, bad };
}

/** What is planned for the keys that name their user. */
export interface NamedUserKeys {
  readonly items: readonly PlanItem[];
  readonly users: readonly string[];
  readonly keys: readonly string[];
  readonly notes: readonly Note[];
}

/**
 * Gives each key of the metadata to the user that it names, and never to another one. No account is made for it: a user that
 * neither exists nor is listed is reported.
 */
export function namedUserKeys(
  userKeys: Readonly<Record<string, readonly string[]>>,
  people: readonly ResolvedUser[],
  { facts }: Context,
  rootMayLogIn: boolean,
): NamedUserKeys {
  const known = new Set([...people, ...facts.users].map(({ name }) => name));
  const given = Object.entries(userKeys).map(([user, lines]) => {
    const { told, bad } = judgedKeys(lines, `the metadata for ${user}`);
    const count = `${lines.length} ${lines.length === 1 ? 'key' : 'keys'} of the metadata for ${user}`;
    const why = !known.has(user)
      ? `there is no such user; list ${user} under "users"`
      : user === 'root' && !rootMayLogIn
        ? 'root logs in with keys only where disable_root is false'
        : undefined;
    const left: Note[] = why === undefined ? bad : [{ level: 'warning', text: `${count} not placed: ${why}` }];
    return { user, keys: why === undefined ? told : [], notes: left };
  });
  const placed = given.filter(({ keys }) => keys.length > 0);
  return {
    items: placed.map(({ user, keys }) => ({
      at: 'ssh_authorized_keys',
      changes: [{ kind: 'authorized-keys', user, keys }],
    })),
    users: placed.map(({ user }) => user),
    keys: placed.flatMap(({ keys }) => keys),
    notes: given.flatMap(({ notes }) => notes),
  };
}
