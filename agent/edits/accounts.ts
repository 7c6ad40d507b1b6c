/** Returns a table of accounts (passwd, shadow, subuid, …) without the lines of one name. */
export const withoutAccount = (text: string, name: string): string =>
  text
    .split('\n')
    .filter((line) => !line.startsWith(`${name}:`))
    .join('\n');

/** Returns a table of groups without this user as a member, and without the user's own group if it has no other members. */
export function withoutMember(text: string, name: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const fields = line.split(':');
      if (fields.length < 4) return [line];
      const members = (fields.at(-1) ?? '').split(',').filter((member) => member !== '');
      const others = members.filter((member) => member !== name);
      if (fields[0] === name && others.length === 0) return [];
      return others.length === members.length ? [line] : [[...fields.slice(0, -1), others.join(',')].join(':')];
    })
    .join('\n');
}
