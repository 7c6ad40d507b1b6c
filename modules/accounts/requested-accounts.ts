import type { Context } from '../../agent/engine/module.ts';
import { type Decode, optional } from '../../agent/userdata/schema/decode.ts';
import { eachOfOthers } from '../shared/lenient-fields.ts';
import { groupList } from './groups.ts';
import { resolveUsers } from './resolve-users.ts';
import { peopleReads } from './settings.ts';

/** The settings that request accounts, for a module that needs only the resulting account names. */
export const accountReads = eachOfOthers({ ...peopleReads, groups: optional(groupList) });

export type AccountRequests = {
  readonly [K in keyof typeof accountReads]: (typeof accountReads)[K] extends Decode<infer T> ? T : never;
};

/** Returns the users and groups that the configuration asks for, including the groups that come with a user. */
export function requestedAccounts(
  settings: AccountRequests,
  context: Context,
): { readonly users: ReadonlySet<string>; readonly groups: ReadonlySet<string> } {
  const people = resolveUsers(settings, context);
  return {
    users: new Set(people.map(({ name }) => name)),
    groups: new Set([
      ...(settings.groups ?? []).map(({ name }) => name),
      ...people.flatMap(({ name, account }) => [
        ...(account.no_user_group ? [] : [name]),
        ...(account.primary_group === undefined ? [] : [account.primary_group]),
        ...(account.groups ?? []),
      ]),
    ]),
  };
}
