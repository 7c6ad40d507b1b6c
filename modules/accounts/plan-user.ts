import { sudoersUser } from '../../agent/edits/sudoers.ts';
import type { Change, Note, PlanItem } from '../../agent/engine/change.ts';
import type { UserChange } from '../../agent/engine/kinds/accounts.ts';
import type { Context } from '../../agent/engine/module.ts';
import type { Facts } from '../../agent/facts/facts.ts';
import { keysBanner } from '../../agent/resources/ssh/key-banner.ts';
import { type Password, passwordChanges } from './password-lists.ts';
import type { ResolvedUser } from './resolve-users.ts';

interface UserOptions {
  /** Another setting sets the password. */
  readonly hasPasswordElsewhere: boolean;
  /** The keys are not listed on the console. */
  readonly quiet: boolean;
}

/** Returns the items of one user: the account, then sudo rules and keys as separate items. */
export function planUser(
  person: ResolvedUser,
  context: Context,
  { hasPasswordElsewhere, quiet }: UserOptions,
): PlanItem[] {
  const { at, name, account } = person;
  const rules = account.sudo;
  const keys = account.ssh_authorized_keys ?? [];
  // An existing account of a machine in service keeps the rules it has, cloud-init's for instance.
  const keepsRules = context.inService && context.facts.users.some((each) => each.name === name);
  return [
    planAccount(person, context, hasPasswordElsewhere),
    ...unsupported(person),
    ...(rules === undefined || keepsRules ? [] : [planSudo(`${at}.sudo`, name, rules)]),
    ...(keepsRules ? [] : (account.doas ?? []).map((rule, index) => planDoas(`${at}.doas[${index}]`, name, rule))),
    ...(keys.length === 0
      ? []
      : [
          {
            at: `${at}.ssh_authorized_keys`,
            changes: [{ kind: 'authorized-keys', user: name, keys } as const],
            ...(!quiet && { announce: keysBanner(name, keys) }),
          },
        ]),
  ];
}

function planAccount(person: ResolvedUser, { facts, inService }: Context, hasPasswordElsewhere: boolean): PlanItem {
  const { at, name, account } = person;
  const there = facts.users.find((each) => each.name === name);
  if (there && inService) return planMerged(person, facts);
  const { made, primary } = groupsOf(person, facts);
  const changes: Change[] = [...made, userChange(person, primary)];
  const notes: Note[] = [...passwordNotes(person), ...(there ? unchanged(person, there, facts) : [])];
  const password = passwordOf(account);
  if (password) changes.push(...passwordChanges(name, password, false));
  const hasPassword = password !== undefined || hasPasswordElsewhere;
  const lock = lockOf(person, hasPassword, there !== undefined);
  if (lock !== undefined) {
    const given = changes.at(-1);
    changes.push({ kind: 'locked', user: name, locked: lock, ...(password && given && { follows: given }) });
  }
  if (hasPassword && lock === true) {
    notes.push({ level: 'warning', text: `${name} is given a password that lock_passwd keeps from being used` });
  }
  return { at, changes, ...(notes.length > 0 && { notes }) };
}

/** An existing account of a machine that was in service: it is added to its groups, and nothing else changes. */
function planMerged(person: ResolvedUser, facts: Facts): PlanItem {
  const { at, name, account } = person;
  const groups = account.groups?.length ? { groups: account.groups } : {};
  return { at, changes: [...groupsOf(person, facts).made, { kind: 'user', name, ...groups }] };
}

/**
 * Returns whether to lock or unlock the account. An account with a password, or one that existed before, is locked only on
 * request.
 */
function lockOf({ account, isDefault }: ResolvedUser, hasPassword: boolean, wasThere: boolean): boolean | undefined {
  const said = account.lock_passwd;
  if (said === undefined) return undefined;
  // The default user's lock is a default of the distribution; a password that is set takes precedence.
  if (isDefault && hasPassword) return undefined;
  if (isDefault && !wasThere) return undefined; // a new account has no password to lock
  return said || hasPassword || wasThere ? said : undefined;
}

function passwordOf({
  hashed_passwd,
  passwd,
  plain_text_passwd: plain,
}: ResolvedUser['account']): Password | undefined {
  const hash = hashed_passwd ?? passwd;
  return hash !== undefined ? { hash } : plain !== undefined ? { plain } : undefined;
}

/** Returns the groups to create before the account. The user's own group gets the requested uid as its gid. */
function groupsOf({ name, account }: ResolvedUser, facts: Facts): { made: Change[]; primary: string | undefined } {
  const { primary_group: asked, uid, groups = [], create_groups: create = true } = account;
  const isNumber = asked !== undefined && /^\d+$/.test(asked);
  const owner = isNumber ? facts.groups.find(({ gid }) => gid === Number(asked))?.name : undefined;
  const primary = isNumber ? (owner ?? name) : asked;
  const gid = isNumber ? Number(asked) : uid;
  const made: Change[] = [];
  if (primary !== undefined && owner === undefined) {
    made.push({ kind: 'group', name: primary, ...(gid !== undefined && { gid }) });
  }
  for (const group of groups) if (group !== primary) made.push({ kind: 'group', name: group });
  return { made: create ? made : [], primary };
}

function userChange({ name, account }: ResolvedUser, primaryGroup: string | undefined): UserChange {
  const flags = [
    ...(account.system ? ['--system'] : []),
    ...(account.no_log_init ? ['--no-log-init'] : []),
    ...(account.no_user_group ? ['--no-user-group'] : []),
    ...(account.no_create_home || account.system ? ['--no-create-home'] : []),
  ];
  const said: Partial<UserChange> = Object.fromEntries(
    Object.entries({
      uid: account.uid,
      primaryGroup,
      groups: account.groups?.length ? account.groups : undefined,
      gecos: account.gecos,
      home: account.homedir,
      shell: account.shell,
      expires: account.expiredate,
      inactive: account.inactive,
      selinuxUser: account.selinux_user,
      flags: flags.length > 0 ? flags : undefined,
    }).filter(([, value]) => value !== undefined),
  );
  return { kind: 'user', name, ...said };
}

/** Reports the properties that an existing account keeps although the configuration asks for others. */
function unchanged({ name, account }: ResolvedUser, there: Facts['users'][number], facts: Facts): Note[] {
  const { uid, homedir, primary_group: primary } = account;
  const kept: string[] = [];
  if (uid !== undefined && uid !== there.uid) kept.push(`the number ${there.uid} (requested: ${uid})`);
  if (homedir !== undefined && homedir !== there.home) kept.push(`the home ${there.home} (requested: ${homedir})`);
  const group = facts.groups.find((each) => each.name === primary);
  if (group && uid !== undefined && group.gid !== uid) kept.push(`a group ${primary} of the number ${group.gid}`);
  const ofNew = (['system', 'no_create_home', 'no_user_group', 'no_log_init', 'selinux_user'] as const).filter(
    (key) => account[key] !== undefined && account[key] !== false,
  );
  return [
    ...(kept.length > 0
      ? [{ level: 'warning', text: `${name} exists, and keeps ${kept.join(' and ')}` } as const]
      : []),
    ...(ofNew.length > 0
      ? [
          {
            level: 'note',
            text: `${name} exists: ${ofNew.join(', ')} ${ofNew.length > 1 ? 'are' : 'is'} for new accounts`,
          } as const,
        ]
      : []),
  ];
}

function passwordNotes({ name, account }: ResolvedUser): Note[] {
  const { hashed_passwd, passwd, plain_text_passwd } = account;
  const given = [hashed_passwd, passwd, plain_text_passwd].filter((each) => each !== undefined);
  return given.length > 1
    ? [{ level: 'warning', text: `${name} is given ${given.length} passwords: a hash counts before a plain one` }]
    : [];
}

const unsupportedKeys = [['snapuser', 'bootagent does not install snaps']] as const;

/** Unsupported settings, each an item of its own, so that its line is reported. */
const unsupported = ({ at, account }: ResolvedUser): PlanItem[] =>
  unsupportedKeys.flatMap(([key, why]) => {
    if (account[key] === undefined) return [];
    const note: Note = { level: 'warning', code: 'unsupported', text: `not supported: ${why}` };
    return [{ at: `${at}.${key}`, changes: [], notes: [note] }];
  });

function planSudo(at: string, name: string, rules: readonly string[]): PlanItem {
  // sudo ignores files with a dot in the name.
  const path = `/etc/sudoers.d/90-bootagent-${name.replace(/[^A-Za-z0-9_-]/g, (char) => `+${char.charCodeAt(0).toString(16)}`)}`;
  if (rules.length === 0) return { at, changes: [{ kind: 'absent', path }] };
  const user = sudoersUser(name);
  if (user === undefined) {
    const text = `${JSON.stringify(name)} is given no sudo: in sudoers this name would stand for others as well`;
    return { at, changes: [], notes: [{ level: 'alarm', text }] };
  }
  const content = `# Written by bootagent.\n${rules.map((rule) => `${user} ${rule}\n`).join('')}`;
  return { at, changes: [{ kind: 'sudoers', path, content }] };
}

/** A rule of doas.conf(5) must be about this user: its identity follows the options, which "as" and "cmd" end. */
function planDoas(at: string, name: string, rule: string): PlanItem {
  const identity =
    /^(?:permit|deny)(?:\s+(?:nolog|nopass|persist|keepenv|setenv\s*\{[^{}]*\}))*\s+([^\s:]+)(?:\s+as\s+\S+)?(?:\s+cmd\s+.*)?\s*$/.exec(
      rule,
    )?.[1];
  if (identity !== name) {
    const text = `expected a rule of doas.conf about ${name}, such as "permit nopass ${name}"; the rule is left out`;
    return { at, changes: [], notes: [{ level: 'warning', text }] };
  }
  const edit = { syntax: 'lines', put: rule.trim() } as const;
  return { at, changes: [{ kind: 'edit', path: '/etc/doas.conf', edit, mode: 0o400 }] };
}
