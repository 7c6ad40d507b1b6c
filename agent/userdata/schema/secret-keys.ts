import type { Mapping, SourceNode } from './source-node.ts';

const telling =
  /passw|passphrase|secret|token|private|credential|(?:api|access|auth|activation|registration|pool)[_-]?key(?![_-]?id)/i;
const harmless = /(?:^|[.\]])(?:name|type|expire|user|lock[_-]passwd|ssh_pwauth|expiredate)$/i;

/** Whether the value at a path such as "chpasswd.users[0].password" may be a secret, by the names of its keys. */
export const isSecretKey = (at: string): boolean => telling.test(at) && !harmless.test(at);

/** Masks the value after each secret key: the value may equal a public name, which is masked nowhere else. */
export const withoutSecretValues = (line: string): string =>
  line.replace(/([\w.-]+)(["']?\s*:\s*["']?)([^\s,"'}\]]+)/g, (whole, key: string, between: string, value: string) =>
    isSecretKey(key) ? `${key}${between}${'*'.repeat(value.length)}` : whole,
  );

/** Returns the texts under secret keys, including keys that no module reads or that are misspelt. */
export function secretTexts(config: SourceNode): readonly string[] {
  const found: string[] = [];
  walk(config, '', (at, raw) => isSecretKey(at) && found.push(raw));
  return found;
}

/** Returns all texts of a configuration: any of them may be a command. */
export function textsOf(config: SourceNode): readonly string[] {
  const found: string[] = [];
  walk(config, '', (_, raw) => found.push(raw));
  return found;
}

/** Whether an entry of `write_files` is a file that users other than its owner may not read. */
export function isPrivateFile({ entries }: Mapping): boolean {
  const permissions = entries.get('permissions')?.value;
  return permissions?.is === 'scalar' && /^(?:0o?)?[0-7]?[0-7]00$/.test(permissions.raw);
}

const naming = /^users\[\d+\]$|(?:^|[.\]])(?:name|user|hostname|fqdn|groups(?:\[\d+\])?|primary_group)$/;

/** Returns the names that are never secret: users, groups, hosts. */
export function publicNames(config: SourceNode): readonly string[] {
  const users = config.is === 'mapping' ? config.entries.get('users')?.value : undefined;
  const found: string[] = users?.is === 'mapping' ? [...users.entries.keys()] : [];
  walk(config, '', (at, raw) => {
    if (naming.test(at) && /^[\w@., -]*$/.test(raw)) found.push(...raw.split(/[\s,.]+/), raw);
    // The user name before the colon of a chpasswd line.
    else if (/^chpasswd\.list(?:\[\d+\])?$/.test(at))
      found.push(...[...raw.matchAll(/^([\w.@-]+):/gm)].map(([, name = '']) => name));
  });
  return found;
}

function walk(written: SourceNode, at: string, visit: (at: string, raw: string) => void): void {
  if (written.is === 'mapping') {
    for (const [key, { value }] of written.entries) walk(value, at === '' ? key : `${at}.${key}`, visit);
  } else if (written.is === 'list') {
    for (const [index, each] of written.items.entries()) walk(each, `${at}[${index}]`, visit);
  } else if (typeof written.value === 'string') visit(at, written.raw);
}
