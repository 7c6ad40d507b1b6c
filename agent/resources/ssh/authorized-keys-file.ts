import { type KeyLine, readKeyLine } from './key-line.ts';

/** What cloud-init and we put before a key that is only to say: log in as somebody else. */
export const redirect = (user: string, other: string): string =>
  [
    'no-port-forwarding,no-agent-forwarding,no-X11-forwarding,',
    `command="echo 'Please login as the user \\"${user}\\" rather than the user \\"${other}\\".';echo;sleep 10;exit 142"`,
  ].join('');

const isRedirect = (options: string): boolean => options.includes('Please login as the user');

/**
 * The file's text with these keys merged in: a key that is in the file keeps its place, its comment and, where none
 * are asked for, its options. Every other line stays byte for byte. Each line is parsed once.
 */
export function withKeys(text: string, wanted: readonly KeyLine[]): string {
  const lines: (string | undefined)[] = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const read = lines.map((line) => readKeyLine(line ?? ''));
  const places = new Map<string, number[]>();
  const place = (key: string, at: number): void => void places.set(key, [...(places.get(key) ?? []), at]);
  for (const [at, line] of read.entries()) if (typeof line !== 'string') place(idOf(line), at);
  for (const line of wanted) {
    const id = idOf(line);
    const [first, ...others] = places.get(id) ?? [];
    if (first === undefined) {
      place(id, lines.push(line.text) - 1);
      read.push(line);
    } else if (![first, ...others].every((at) => lets(read[at], line))) {
      lines[first] = line.text;
      read[first] = line;
      for (const at of others) lines[at] = undefined;
      places.set(id, [first]);
    }
  }
  const kept = lines.filter((line) => line !== undefined);
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`;
}

/** Equal keys have equal ids. */
const idOf = ({ key }: KeyLine): string => Buffer.from(key.blob).toString('latin1');

/** Whether a line of the file already lets the wanted key in as asked. */
const lets = (line: KeyLine | string | undefined, { options }: KeyLine): boolean =>
  typeof line === 'object' && (line.options === options || (options === '' && !isRedirect(line.options)));

/** The keys of a file, for lists: what is no key is passed over. */
export const keysIn = (text: string): KeyLine[] =>
  text
    .split('\n')
    .map((line) => readKeyLine(line))
    .filter((line) => typeof line !== 'string');

const known =
  /^(?:no-)?(?:agent-forwarding|port-forwarding|pty|user-rc|x11-forwarding|touch-required)$|^(?:cert-authority|restrict|verify-required)$|^(?:command|environment|expiry-time|from|permitlisten|permitopen|principals|tunnel)="/i;

/** The first of a line's options that sshd does not know, for which it would pass over the line. */
export const unknownOption = (options: string): string | undefined =>
  options === '' ? undefined : separate(options).find((each) => !known.test(each));

/** Divides at the commas that are in no quotes. */
function separate(options: string): string[] {
  const parts = [''];
  let quoted = false;
  for (let at = 0; at < options.length; at++) {
    const char = options[at] ?? '';
    if (char === '\\' && options[at + 1] === '"') parts.push(`${parts.pop()}${char}${options[++at]}`);
    else if (char === ',' && !quoted) parts.push('');
    else {
      if (char === '"') quoted = !quoted;
      parts.push(`${parts.pop()}${char}`);
    }
  }
  return parts;
}
