import type { PlanItem } from '../../agent/engine/change.ts';
import { type Decode, decoder, INVALID } from '../../agent/userdata/schema/decode.ts';
import type { Findings, Shape } from '../../agent/userdata/schema/shape.ts';
import type { SourceNode } from '../../agent/userdata/schema/source-node.ts';
import { groupName, listOrText, namesOf, split, userName } from './fields.ts';

export interface Group {
  readonly at: string;
  readonly name: string;
  readonly members: readonly string[];
}

function groupsShape(): Shape {
  const withMembers: Shape = { is: 'map', of: { is: 'optional', of: listOrText(userName.shape) } };
  const names: Shape = { is: 'scalar', what: 'names of groups, with commas between them' };
  return {
    is: 'either',
    says: 'a list of groups, or a mapping from each group to its members',
    of: [{ is: 'list', of: { is: 'either', of: [groupName.shape, withMembers] } }, withMembers, names],
  };
}

/** `groups`: names, optionally with members, in a list, a mapping or one text. */
export const groupList: Decode<readonly Group[]> = decoder(groupsShape(), (written, at, findings) => {
  if (written?.is === 'mapping') return groupsIn(written, at, findings);
  const list = split(written);
  if (list?.is === 'list') {
    const isList = written?.is === 'list';
    return list.items.flatMap((item, index) => groupsIn(item, isList ? `${at}[${index}]` : at, findings));
  }
  if (written) findings.error(at, written.place, 'expected a list of groups');
  return INVALID;
});

function groupsIn(written: SourceNode, at: string, findings: Findings): Group[] {
  if (written.is !== 'mapping') {
    const name = groupName(written, at, findings);
    return name === INVALID ? [] : [{ at, name, members: [] }];
  }
  return [...written.entries].flatMap(([word, { key, value }]) => {
    const place = `${at}.${word}`;
    const name = groupName({ is: 'scalar', value: word, raw: word, place: key }, place, findings);
    if (name === INVALID) return [];
    const isEmpty = value.is === 'scalar' && value.value === null;
    const members = isEmpty ? [] : namesOf(userName)(value, place, findings);
    return members === INVALID ? [] : [{ at: place, name, members }];
  });
}

export const planGroups = (groups: readonly Group[]): PlanItem[] =>
  groups.map(({ at, name }) => ({ at, changes: [{ kind: 'group', name }] }));

/** Runs after the users are created. Each member is an item of its own, since the account may not exist. */
export const planMembers = (groups: readonly Group[]): PlanItem[] =>
  groups.flatMap(({ at, name, members }) =>
    members.map((user) => ({ at: `${at}.${user}`, changes: [{ kind: 'member', user, group: name }] }) as const),
  );
