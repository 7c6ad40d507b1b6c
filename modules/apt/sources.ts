import type { Change, Note, PlanItem } from '../../agent/engine/change.ts';
import { hasPassword } from '../shared/url-passwords.ts';
import { keyChange, keyFolders } from './keys.ts';
import type { NamedSource } from './settings.ts';

const folder = '/etc/apt/sources.list.d';

/** Values for $MIRROR and the like. */
export type Variables = Readonly<Record<string, string>>;

/** Replaces $NAME and ${NAME}; other words with a dollar, such as $(ARCH), stay. */
export const substituted = (text: string, values: Variables): string =>
  text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced: string | undefined, bare: string | undefined) =>
    Object.hasOwn(values, braced ?? bare ?? '') ? (values[braced ?? bare ?? ''] ?? whole) : whole,
  );

/** Whether a text is in deb822 format and not in that of sources.list. */
export const isDeb822 = (text: string): boolean =>
  !/^(?:deb|deb-src)\s/m.test(text) && /^(?:Types|Suites|Components|URIs):\s/m.test(text);

/** Plans one entry of `sources`. A key that is missing costs its repository: apt could not read any list with it. */
export function planSource({ at, name, value }: NamedSource, values: Variables, isPpa: RegExp): PlanItem {
  const { source = '', append } = value;
  const file = fileNameOf(value.filename ?? name);
  const usesKeyFile = /\$(?:KEY_FILE\b|\{KEY_FILE\})/.test(source);
  const stem = (file.split('/').at(-1) ?? file).replace(/\.(?:list|sources)$/, '');
  const path = `${usesKeyFile ? keyFolders.named : keyFolders.everywhere}/${stem}.gpg`;
  const key = keyChange(value, path);
  if (typeof key === 'string') return warned(at, `the source is not added: ${key}`);
  const keys = key === undefined ? [] : [key];
  if (source.trim() === '') return { at, changes: keys };
  if (usesKeyFile && !key)
    return warned(at, 'the source is not added: it needs $KEY_FILE, and has neither "key" nor "keyid"');
  const text = substituted(source, { ...values, KEY_FILE: path }).trimEnd();
  const unknown = /\$\{?(RELEASE|MIRROR|PRIMARY|SECURITY)\b/.exec(text)?.[1];
  if (unknown !== undefined) return warned(at, `the source is not added: $${unknown} is not known here`);
  if (isPpa.test(text)) return { at, changes: [...keys, addsArchives, { kind: 'apt-archive', source: text }] };
  const isStanza = isDeb822(text);
  const ending = isStanza ? '.sources' : '.list';
  const target = file.endsWith(ending) ? file : `${file.replace(/\.(?:list|sources)$/, '')}${ending}`;
  const list: Change = {
    kind: 'file',
    path: target.startsWith('/') ? target : `${folder}/${target}`,
    content: `${text}\n`,
    // Attributes of an existing file stay when it is appended to.
    ...(append !== false && !isStanza ? { append: true } : { mode: 0o644 }),
    ...(hasPassword(text) && { secret: true }),
  };
  return { at, changes: [...keys, list] };
}

/** apt reads no file whose name has other characters. */
const fileNameOf = (name: string): string =>
  name.startsWith('/') ? name : name.replace(/[^\w.-]+/g, '_').replace(/^\.+/, '_');

/** The package of add-apt-repository. */
const addsArchives: Change = { kind: 'packages', manager: 'apt', names: ['software-properties-common'] };

export function warned(at: string, text: string, code?: Note['code']): PlanItem {
  return { at, changes: [], notes: [{ level: 'warning', text, ...(code && { code }) }] };
}
