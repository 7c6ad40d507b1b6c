// Format: authorized_keys, https://man.openbsd.org/sshd.8#AUTHORIZED_KEYS_FILE_FORMAT
import type { PublicKey } from './key-types.ts';
import { type KeyType, keyTypes } from './key-types.ts';
import { readPublicKey } from './public-key.ts';

/** A line of an authorized_keys file that holds a key. */
export interface KeyLine {
  /** The line as written, without surrounding blanks. */
  readonly text: string;
  /** The text before the key, as written: "" or options such as from="10.0.0.0/8". */
  readonly options: string;
  readonly key: PublicKey;
  readonly comment: string;
}

/** Reads a line as OpenSSH does, or returns why it holds no key: "is not base64". */
export function readKeyLine(written: string): KeyLine | string {
  // A line break at the end may come from a YAML block; one in the middle would start a second line.
  const text = written.replace(/^[ \t]+|[ \t\r\n]+$/g, '');
  if (/[\r\n]/.test(text)) return 'has a line break in it: one key, one line';
  if (text.includes('\0')) return 'has a NUL byte in it';
  if (text === '' || text.startsWith('#')) return 'is a comment, not a key';
  if (text.startsWith('-----BEGIN')) return 'is the file of a private key, not the line of a public one';
  const bare = readKey(text);
  if (bare && typeof bare !== 'string') return { text, options: '', ...bare };
  const options = isNumbered(text) ? undefined : optionsOf(text);
  const rest = options === undefined ? undefined : readKey(text.slice(options.length).replace(/^[ \t]/, ''));
  if (options !== undefined && rest && typeof rest !== 'string') return { text, options, ...rest };
  const reason = bare ?? rest ?? unknown(text);
  return typeof reason === 'string' ? reason : unknown(text);
}

type Read = { readonly key: PublicKey; readonly comment: string };

/** Returns undefined if the text does not begin with a key type. */
function readKey(text: string): Read | string | undefined {
  const [, word = '', blob = '', comment = ''] = /^([^ \t]+)[ \t]+([^ \t]+)[ \t]*(.*)$/s.exec(text) ?? [];
  const type = keyTypes.get(word);
  if (!type) return keyTypes.has(text.trim()) ? 'has a type and no key' : undefined;
  const key = readPublicKey(blob);
  if (typeof key === 'string') return key;
  return isSame(type, key.type) ? { key, comment } : `says ${word} and holds a key of type ${key.type.name}`;
}

const isSame = (a: KeyType, b: KeyType): boolean =>
  a.family === b.family && a.curve === b.curve && a.certificate === b.certificate;

/** Whether the line begins with a number, as SSH 1 keys do. */
const isNumbered = (text: string): boolean => Number(/^[\v\f]*[-+]?(\d+)(?=[ \t])/.exec(text)?.[1] ?? 0) !== 0;

/** Returns the text before the first unquoted blank; undefined if there is no such blank. */
function optionsOf(text: string): string | undefined {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (!quoted && (char === ' ' || char === '\t')) return text.slice(0, at);
    if (char === '\\' && text[at + 1] === '"') at++;
    else if (char === '"') quoted = !quoted;
  }
  return undefined;
}

function unknown(text: string): string {
  const [word = ''] = text.split(/[ \t]/);
  const shown = word.length > 40 ? `${word.slice(0, 40)}…` : word;
  return `is of no type that OpenSSH knows (${JSON.stringify(shown)})`;
}
