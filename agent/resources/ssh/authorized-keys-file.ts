import { type KeyLine, readKeyLine } from './key-line.ts';

/** What cloud-init and we put before a key that is only to say: log in as somebody else. */
export const redirect = (user: string, other: string): string =>
  [
    'no-port-forwarding,no-agent-forwarding,no-X11-forwarding,',
    `command="echo 'Please login as the user \\"${user}\\" rather than the user \\"${other}\\".';echo;sleep 10;exit 142"`,
  ].join('');

const isRedirect = (options: string): boolean => options.includes('Please login as the user');

/**
 * The file's text with these keys in it, merged by key: what stands there keeps its place, its comment and, where
 * none are asked for, its options. Every other line stays byte for byte.
 */
export function withKeys(text: string, wanted: readonly KeyLine[]): string {
  let lines = text.split('\n');
  const last = lines.pop() ?? '';
  if (last !== '') lines.push(last);
  for (const line of wanted) lines = withKey(lines, line);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function withKey(lines: string[], wanted: KeyLine): string[] {
  const found = lines.map((line) => sameKey(line, wanted));
  const first = found.findIndex((each) => each !== undefined);
  if (first === -1) return [...lines, wanted.text];
  if (found.every((each) => each === undefined || lets(each, wanted))) return lines;
  return lines.flatMap((line, at) => (at === first ? [wanted.text] : found[at] ? [] : [line]));
}

const lets = (there: KeyLine, { options }: KeyLine): boolean =>
  there.options === options || (options === '' && !isRedirect(there.options));

function sameKey(line: string, { key }: KeyLine): KeyLine | undefined {
  const read = readKeyLine(line);
  return typeof read !== 'string' && Buffer.compare(read.key.blob, key.blob) === 0 ? read : undefined;
}

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
