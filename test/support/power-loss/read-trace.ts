/** One system call of a trace that strace wrote with -f and -y. */
export interface Call {
  readonly process: number;
  readonly name: string;
  /** The arguments as strace shows them. */
  readonly args: string;
  /** The quoted arguments, decoded. */
  readonly strings: readonly Buffer[];
  /** The paths of the descriptors among the arguments, in order: -y shows them. */
  readonly paths: readonly string[];
  /** The number that the call returned, and the path if it is a descriptor. */
  readonly result: number;
  readonly resultPath: string | undefined;
}

/** Returns the calls that succeeded, in the order in which they ended. Calls that strace shows in two parts are joined. */
export function callsIn(trace: string): Call[] {
  const begun = new Map<string, string>();
  const calls: Call[] = [];
  for (const line of trace.split('\n')) {
    const [, process = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const [, before] = /^(.*) <unfinished \.\.\.>$/.exec(rest) ?? [];
    if (before !== undefined) {
      begun.set(process, before);
      continue;
    }
    const [, after] = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest) ?? [];
    const whole = after === undefined ? rest : `${begun.get(process) ?? ''}${after}`;
    const [, name = '', args = '', result = '-1', resultPath] =
      /^(\w+)\((.*)\) += (-?\d+)(?:<(.*?)>)?(?: .*)?$/.exec(whole) ?? [];
    if (Number(result) < 0 || name === '') continue;
    const outside = args.replace(quoted, '""');
    calls.push({
      process: Number(process),
      name,
      args: outside,
      strings: [...args.matchAll(quoted)].map(([, text = '']) => decoded(text)),
      paths: [...outside.matchAll(/(?:\d+|AT_FDCWD)<([^>]*)>/g)].map(([, path = '']) => path),
      result: Number(result),
      resultPath,
    });
  }
  return calls;
}

const quoted = /"((?:[^"\\]|\\.)*)"/g;
const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' };

/** Returns the bytes of a string as C writes them. */
function decoded(text: string): Buffer {
  const plain = text.replace(/\\([0-7]{1,3}|.)/g, (_, escaped: string) =>
    /^[0-7]/.test(escaped) ? String.fromCharCode(Number.parseInt(escaped, 8)) : (letters[escaped] ?? escaped),
  );
  return Buffer.from(plain, 'latin1');
}
