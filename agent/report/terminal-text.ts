import { styleText } from 'node:util';
import { printable } from '../base/printable.ts';
import { wrap } from '../base/wrap.ts';

/** The meaning that a colour has in the output of every command. */
export type Tone = 'error' | 'warning' | 'good' | 'faint' | 'strong';

/** A line of text output before it is fitted to a terminal. */
export interface TextLine {
  readonly text: string;
  readonly tone?: Tone;
  /** The part that gets the colour: the whole line without it. */
  readonly part?: string;
  /** The column at which a long line continues. A line without it is not wrapped: it quotes a file. */
  readonly indent?: number;
}

/** What the output is fitted to. A pipe or a file has neither colours nor a width. */
export interface TerminalStyle {
  readonly colour: boolean;
  readonly columns?: number | undefined;
}

interface Output {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: boolean;
  columns?(): number | undefined;
}

/** Returns whether output is coloured: FORCE_COLOR decides first, then NO_COLOR and TERM=dumb, then whether it is a terminal. */
export function isColoured({ env, terminal }: Output): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return terminal && !env.NO_COLOR && env.TERM !== 'dumb';
}

export function styleOf(output: Output): TerminalStyle {
  return { colour: isColoured(output), columns: output.terminal ? output.columns?.() : undefined };
}

const colours: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  error: 'red',
  warning: 'yellow',
  good: 'green',
  faint: 'gray',
  strong: 'bold',
};

/** Below this width a continued line would be a column of single words. */
const fewestColumns = 20;

/** Returns the text of lines as a terminal of this style shows it. Control characters of foreign text become escapes. */
export function terminalText(lines: readonly TextLine[], style: TerminalStyle): string {
  return lines.map((line) => `${fitted(line, style).join('\n')}\n`).join('');
}

/** Returns a line of a status: "  x" begins a fault and "  !" a warning. */
export function signedLine(text: string): TextLine {
  const [part = '', sign] = /^ {2}([x!]) /.exec(text) ?? [];
  if (sign === undefined) return { text, indent: /^ */.exec(text)?.[0].length ?? 0 };
  return { text, tone: sign === 'x' ? 'error' : 'warning', part, indent: part.length };
}

function fitted(line: TextLine, { colour, columns }: TerminalStyle): readonly string[] {
  const text = printable(line.text);
  const pieces = columns === undefined || line.indent === undefined ? [text] : continued(text, line.indent, columns);
  const { tone, part } = line;
  if (!colour || tone === undefined) return pieces;
  const paint = (piece: string): string => styleText(colours[tone], piece, { validateStream: false });
  return part === undefined ? pieces.map(paint) : pieces.map((piece) => piece.replace(part, () => paint(part)));
}

function continued(text: string, indent: number, columns: number): readonly string[] {
  if (text.length <= columns || columns - indent < fewestColumns) return [text];
  const [first = '', ...more] = wrap(text.slice(indent), columns - indent);
  return [text.slice(0, indent) + first, ...more.map((piece) => ' '.repeat(indent) + piece)];
}
