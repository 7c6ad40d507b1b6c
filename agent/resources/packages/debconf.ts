import { Problem } from '../../base/problem.ts';
import type { ActHandler } from '../../engine/handler.ts';
import type { DebconfChange } from '../../engine/kinds/apt.ts';

/** Answers the questions of packages before they are installed. Answers may be passwords, so they go to standard input. */
export const debconfHandler: ActHandler<DebconfChange> = {
  sort: 'act',
  needs: 'machine',
  subject: ({ selections }) => packagesIn(selections).join(' '),
  intent: ({ selections }) => `answers questions of ${packagesIn(selections).join(', ')}`,

  async perform({ selections }, host) {
    const input = selections.endsWith('\n') ? selections : `${selections}\n`;
    const { code, stdout, stderr } = await host.run(['debconf-set-selections'], { input, accept: [0, 1] });
    // It skips a line that it does not take, and ends with 0. Its words may quote the line, and with it the answer.
    const refused = /line (\d+)/.exec(stdout + stderr)?.[1];
    if (code === 0 && refused === undefined) return;
    const where = refused === undefined ? '' : ` (line ${refused})`;
    throw new Problem('command-failed', `debconf-set-selections did not take the answers${where}`, {
      hint: 'Each line is "PACKAGE QUESTION TYPE ANSWER".',
    });
  },
};

const packagesIn = (selections: string): readonly string[] => [
  ...new Set(selections.split('\n').flatMap((line) => /^([^#\s]\S*)/.exec(line.trim())?.[1] ?? [])),
];
