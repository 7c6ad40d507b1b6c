import { printable } from '../base/printable.ts';
import { type TerminalStyle, type TextLine, terminalText } from '../report/terminal-text.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import { told } from '../userdata/schema/source-node.ts';
import type { ValidationResult } from './validate.ts';

/** Returns the number of findings per level: "2 errors, 1 warning". */
export function countsOf(findings: readonly Finding[]): string {
  const count = (level: Finding['level']): string => {
    const number = findings.filter((each) => each.level === level).length;
    return number === 0 ? '' : `${number} ${level}${number === 1 ? '' : 's'}`;
  };
  return [count('error'), count('warning')].filter(Boolean).join(', ') || 'nothing wrong';
}

/** Renders findings as text, each with its line and a mark below it. */
export function renderText({ findings, sources, hide }: ValidationResult, style: TerminalStyle = plainText): string {
  const lines = new Map([...sources].map(([source, whole]) => [source, whole.split(/\r?\n/)] as const));
  const width = Math.max(20, Math.min(mostExcerpt, (style.columns ?? mostExcerpt + margin) - margin));
  return terminalText(
    findings.flatMap((finding) => [headOf(finding), ...excerpt(finding, lines.get(finding.place.source), hide, width)]),
    style,
  );
}

const plainText: TerminalStyle = { colour: false };

/** The most that is shown of a line of the source, and the width of the line number before it. */
const [mostExcerpt, margin] = [160, 8];

/** Renders findings as GitHub workflow commands, which show each beside its line. */
export const github = ({ findings }: ValidationResult): string =>
  findings
    .map(({ level, code, at, place, message, hint }) => {
      const where = `file=${inProperty(place.source)},line=${place.line},col=${place.column},title=${inProperty(code)}`;
      return `::${level} ${printable(where)}::${inMessage(sentence({ at, message, ...(hint !== undefined && { hint }) }))}\n`;
    })
    .join('');

/** One finding as plain data. */
export const plain = ({ level, code, at, place, message, hint }: Finding) => ({
  level,
  code,
  file: place.source,
  line: place.line,
  column: place.column,
  ...(at !== '' && { at }),
  message,
  ...(hint !== undefined && { hint }),
});

const headOf = (finding: Finding): TextLine => {
  const part = `${finding.level}[${finding.code}]`;
  return { text: `${told(finding.place)}: ${part} ${sentence(finding)}`, tone: finding.level, part, indent: 2 };
};

export const sentence = ({ at, message, hint }: Pick<Finding, 'at' | 'message' | 'hint'>): string =>
  `${at ? `${at}: ` : ''}${message}${hint === undefined ? '' : ` — ${hint}`}`;

function excerpt(
  { place, level }: Finding,
  lines: readonly string[] | undefined,
  hide: ValidationResult['hide'],
  width: number,
): readonly TextLine[] {
  const line = lines?.[place.line - 1];
  if (line === undefined || line.trim() === '') return [];
  const hidden = hide(line);
  const from = Math.max(0, place.column - 1 - Math.floor((width * 5) / 8));
  const number = String(place.line).padStart(5);
  const shown = hidden
    .slice(from, from + width)
    .replaceAll('\t', ' ')
    .replace(/[^\x20-\x7e\u00a0-\u200d\u2010-\u2027\u2030-\u2065\u206a-\uffff]/g, '?');
  const length = Math.max(1, /^(?:"[^"]*"|'[^']*'|[^\s:,\]}]+)/.exec(hidden.slice(place.column - 1))?.[0].length ?? 1);
  const before = place.column - 1 - from;
  const mark = '^'.repeat(Math.max(1, Math.min(length, width - before)));
  return [{ text: `${number} | ${shown}` }, { text: `      | ${' '.repeat(before)}${mark}`, tone: level, part: mark }];
}

const inMessage = (words: string): string =>
  printable(words).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const inProperty = (words: string): string => inMessage(words).replaceAll(':', '%3A').replaceAll(',', '%2C');
