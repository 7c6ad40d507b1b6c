import { shellQuoted } from '../../agent/base/shell-quote.ts';
import type { ScriptChange } from '../../agent/engine/change.ts';
import {
  converted,
  type Decode,
  decoder,
  either,
  INVALID,
  list,
  object,
  optional,
  text,
} from '../../agent/userdata/schema/decode.ts';
import { others } from '../shared/lenient-fields.ts';

/** The target of a stream: a file, which is appended to or replaced, or a program that reads the stream. */
interface Target {
  readonly to: 'append' | 'write' | 'pipe';
  readonly words: string;
}

/** Both streams; undefined leaves a stream in the log of the commands alone. */
export interface Streams {
  readonly stdout?: Target | undefined;
  readonly stderr?: Target | 'stdout' | undefined;
}

const ways = { '>>': 'append', '>': 'write', '|': 'pipe' } as const;

/** A target in cloud-init's spelling: ">> FILE", "> FILE", "| PROGRAM", or a file alone, which is appended to. */
const target = converted(text, (written, { error }): Target | typeof INVALID => {
  const [, sign = '>>', words = ''] = /^\s*(>>|>|\|)?\s*([\s\S]*?)\s*$/.exec(written) ?? [];
  const to = ways[sign as keyof typeof ways];
  if (words !== '' && (to === 'pipe' || !/[\n\0]/.test(words))) return { to, words };
  error(`expected a file or a program such as "| tee -a /var/log/x.log", got ${JSON.stringify(written)}`);
  return INVALID;
});

const stderrTarget = either(
  converted(text, (written, { error }): 'stdout' | typeof INVALID => {
    if (written.trim() === '&1') return 'stdout';
    error('expected "&1"');
    return INVALID;
  }),
  target,
  'a target, or "&1" for that of the output',
);

const pair = converted(list(stderrTarget), ([stdout, stderr, ...more], { error }): Streams | typeof INVALID => {
  if (stdout !== 'stdout' && more.length === 0) return { stdout, stderr };
  error('expected a list of two targets: that of the output and that of the errors');
  return INVALID;
});

const both = converted(target, (stdout): Streams => ({ stdout, stderr: 'stdout' }));
const named = converted(
  object({ output: optional(target), error: optional(stderrTarget) }),
  ({ output, error }): Streams => ({ stdout: output, stderr: error }),
);
const oneOrTwo = either<Streams, Streams>(
  both,
  pair,
  'a target such as "| tee -a /var/log/x.log", or a list of those of output and errors',
);

/** A mapping is decoded by its keys, so that an unknown key is reported. */
const streams: Decode<Streams> = decoder({ is: 'either', of: [oneOrTwo.shape, named.shape] }, (written, at, findings) =>
  (written?.is === 'mapping' ? named : oneOrTwo)(written, at, findings),
);

/** The decoder of the key `output`. */
export const outputSetting = optional(
  object({ all: optional(streams), init: optional(streams), config: optional(streams), final: optional(streams) }),
);

/** The fields of a module whose commands obey `output`, which another module judges. */
export const outputField = { output: others(outputSetting) };

export interface OutputSetting
  extends Partial<Readonly<Record<'all' | 'init' | 'config' | 'final', Streams | undefined>>> {}

/** Returns where the output of the commands of one of cloud-init's stages goes, as programs that read the streams. */
export function outputOf(
  setting: OutputSetting | undefined,
  stage: 'init' | 'config' | 'final',
): { readonly output?: NonNullable<ScriptChange['output']> } {
  const { stdout, stderr } = setting?.[stage] ?? setting?.all ?? {};
  if (!stdout && !stderr) return {};
  const out = stdout && readerOf(stdout);
  const merged = stderr === 'stdout' || (stderr && stdout && readerOf(stderr) === out);
  if (merged) return out === undefined ? {} : { output: { both: out } };
  return { output: { ...(out !== undefined && { stdout: out }), ...(stderr && { stderr: readerOf(stderr) }) } };
}

/** Returns the program of a stream. A file is appended to even for ">": several lists of one boot write it. */
function readerOf(stream: Target | 'stdout'): string {
  if (stream === 'stdout') return '';
  return stream.to === 'pipe' ? stream.words : `cat >>${shellQuoted(stream.words)}`;
}
