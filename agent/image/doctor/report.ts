import { mapOf } from '../../base/map-of.ts';
import { type TerminalStyle, type TextLine, type Tone, terminalText } from '../../report/terminal-text.ts';
import { type CheckFinding, countChecks } from './examine.ts';

/** Renders the findings as text: each fault, then why it matters and how to fix it. */
export function findingsAsText(
  findings: readonly CheckFinding[],
  called: string,
  style: TerminalStyle = { colour: false },
): string {
  const { errors, warnings, passed, notChecked } = countChecks(findings);
  const counts = [count(errors, 'error'), count(warnings, 'warning'), `${passed} passed`, `${notChecked} not checked`];
  const tone: Tone = errors > 0 ? 'error' : warnings > 0 ? 'warning' : 'good';
  const lines = [{ text: `Examined: ${called}` }, ...findings.flatMap(linesOf), { text: counts.join(', '), tone }];
  return terminalText(lines, style);
}

/** The column at which the text of a finding begins. */
const textColumn = 25;

function linesOf(finding: CheckFinding): readonly TextLine[] {
  const { check } = finding;
  if (finding.is === 'passed') return [];
  const row = (sign: string, text: string): TextLine => ({
    text: `  ${sign} ${check.name.padEnd(20)} ${text}`,
    indent: textColumn,
  });
  if (finding.is === 'not-checked') return [{ ...row('?', `not checked: ${finding.because}`), tone: 'faint' }];
  const sign = check.severity === 'error' ? 'x' : '!';
  const [first = '', ...more] = shortened(finding.what);
  const rest = [...more, check.why, `Fix: ${check.fix}`, `Source: ${check.source}`];
  return [
    { ...row(sign, first), tone: check.severity, part: `${sign} ${check.name}` },
    ...rest.map((text) => ({ text: `${' '.repeat(textColumn)}${text}`, indent: textColumn })),
  ];
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

const shortened = (what: readonly string[]): readonly string[] =>
  what.length <= 5 ? what : [...what.slice(0, 4), `… and ${what.length - 4} more`];

/** Renders the findings as JSON. */
export function findingsAsJson(findings: readonly CheckFinding[], called: string): string {
  const list = findings.map((finding) => {
    const { name, severity, why, fix, source } = finding.check;
    const what = finding.is === 'found' ? finding.what : [];
    const because = finding.is === 'not-checked' ? { because: finding.because } : {};
    return { name, severity, result: finding.is, what, ...because, why, fix, source };
  });
  const counts = countChecks(findings);
  return `${JSON.stringify({ schema_version: 1, image: called, ...counts, checks: list }, undefined, 2)}\n`;
}

/** Renders the findings as JUnit XML: errors are failures, warnings are output, unchecked ones are skipped. */
export function findingsAsJunit(findings: readonly CheckFinding[], called: string): string {
  const { errors, notChecked } = countChecks(findings);
  const cases = findings.map((finding) => {
    const open = `    <testcase classname="bootagent.doctor" name="${xml(finding.check.name)}"`;
    const inner = junitInner(finding);
    return inner === '' ? `${open}/>` : `${open}>\n      ${inner}\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${findings.length}" failures="${errors}" skipped="${notChecked}">`,
    `  <testsuite name="${xml(called)}" tests="${findings.length}" failures="${errors}" errors="0" skipped="${notChecked}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>\n',
  ].join('\n');
}

function junitInner(finding: CheckFinding): string {
  if (finding.is === 'passed') return '';
  if (finding.is === 'not-checked') return `<skipped message="${xml(finding.because)}"/>`;
  const { severity, fix } = finding.check;
  const text = xml(`${finding.what.join('\n')}\nFix: ${fix}`);
  if (severity === 'warning') return `<system-out>${text}</system-out>`;
  return `<failure message="${xml(finding.what[0] ?? '')}">${text}</failure>`;
}

const names = mapOf({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' });

// XML cannot represent most control characters.
const xml = (text: string): string =>
  text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '?').replace(/[&<>"]/g, (letter) => names.get(letter) ?? letter);
