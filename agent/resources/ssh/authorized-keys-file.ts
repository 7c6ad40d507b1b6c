import { type KeyLine, readKeyLine } from './key-line.ts';

/** Returns the options, as cloud-init writes them, for a key that only prints a request to log in as another user. */
export const redirect = (user: string, other: string): string =>
  [
    'no-port-forwarding,no-agent-forwarding,no-X11-forwarding,',
    `command="echo 'Please login as the user \\"${user}\\" rather than the user \\"${other}\\".';echo;sleep 10;exit 142"`,
  ].join('');

const isRedirect = (options: string): boolean => options.includes('Please login as the user');

/**
 * Returns the file's text with these keys merged in: a key that is in the file keeps its position, its comment and,
 * if none are requested, its options. Every other line stays unchanged byte for byte. Each line is parsed once.
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

/** Whether a line of the file already allows the wanted key with the requested options. */
const lets = (line: KeyLine | string | undefined, { options }: KeyLine): boolean =>
  typeof line === 'object' && (line.options === options || (options === '' && !isRedirect(line.options)));

/** Returns the keys of a file; skips lines that hold no key. */
export const keysIn = (text: string): KeyLine[] =>
  text
    .split('\n')
    .map((line) => readKeyLine(line))
    .filter((line) => typeof line !== 'string');

const known =
  /^(?:no-)?(?:agent-forwarding|port-forwarding|pty|user-rc|x11-forwarding|touch-required)$|^(?:cert-authority|restrict|verify-required)$|^(?:command|environment|expiry-time|from|permitlisten|permitopen|principals|tunnel)="/i;

/** Returns the first option of a line that sshd does not support: sshd ignores a line with such an option. */
export const unknownOption = (options: string): string | undefined =>
  options === '' ? undefined : separate(options).find((each) => !known.test(each));

/** Splits at unquoted commas. */
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
