import { printable } from '../base/printable.ts';
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
export function renderText({ findings, sources, hide }: ValidationResult): string {
  const lines = new Map([...sources].map(([source, whole]) => [source, whole.split(/\r?\n/)] as const));
  return findings.map((finding) => `${printable(headOf(finding))}\n${excerpt(finding, lines, hide)}`).join('');
}

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

const headOf = (finding: Finding): string =>
  `${told(finding.place)}: ${finding.level}[${finding.code}] ${sentence(finding)}`;

export const sentence = ({ at, message, hint }: Pick<Finding, 'at' | 'message' | 'hint'>): string =>
  `${at ? `${at}: ` : ''}${message}${hint === undefined ? '' : ` — ${hint}`}`;

function excerpt(
  { place }: Finding,
  lines: ReadonlyMap<string, readonly string[]>,
  hide: ValidationResult['hide'],
): string {
  const line = lines.get(place.source)?.[place.line - 1];
  if (line === undefined || line.trim() === '') return '';
  const hidden = hide(line);
  const from = Math.max(0, place.column - 1 - 100);
  const number = String(place.line).padStart(5);
  const shown = hidden
    .slice(from, from + 160)
    .replaceAll('\t', ' ')
    .replace(/[^\x20-\x7e\u00a0-\u200d\u2010-\u2027\u2030-\u2065\u206a-\uffff]/g, '?');
  const length = Math.max(1, /^(?:"[^"]*"|'[^']*'|[^\s:,\]}]+)/.exec(hidden.slice(place.column - 1))?.[0].length ?? 1);
  const mark = `${' '.repeat(place.column - 1 - from)}${'^'.repeat(Math.min(length, 160))}`;
  return `${number} | ${shown}\n      | ${mark}\n`;
}

const inMessage = (words: string): string =>
  printable(words).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const inProperty = (words: string): string => inMessage(words).replaceAll(':', '%3A').replaceAll(',', '%2C');
