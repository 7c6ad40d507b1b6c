import { problemCodes } from '../base/problem.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import { sentence } from './render.ts';

interface Judged {
  readonly file: string;
  readonly findings: readonly Finding[];
}

/**
 * Returns a log for code scanning, in the Static Analysis Results Interchange Format 2.1.0:
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarif(verdicts: readonly Judged[], version: string): string {
  const findings = verdicts.flatMap(({ findings }) => findings);
  const codes = [...new Set(findings.map(({ code }) => code))];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'bootagent', version, rules: codes.map(ruleOf) } },
        artifacts: verdicts.map(({ file }) => ({ location: { uri: encodeURI(file) } })),
        results: findings.map(resultOf),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleOf(id: string) {
  const known = Object.entries(problemCodes).find(([code]) => code === id)?.[1];
  return { id, ...(known && { shortDescription: { text: known.means }, help: { text: known.fix } }) };
}

const resultOf = ({ code, level, at, place, message, hint }: Finding) => ({
  ruleId: code,
  level,
  message: { text: sentence({ at, message, ...(hint !== undefined && { hint }) }) },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: encodeURI(place.source) },
        // Lines and columns count from 1; a finding without a location is about the file.
        ...(place.line > 0 && { region: { startLine: place.line, startColumn: place.column } }),
      },
    },
  ],
});
