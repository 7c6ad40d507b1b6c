import type { Edit } from '../engine/change.ts';

/**
 * Sets macros at the end of an HTCondor file, where no later line can override them, and drops the older
 * lines that set them; names are case-insensitive, comments stay.
 */
export function editCondor(text: string, { set }: Extract<Edit, { syntax: 'condor' }>): string {
  const names = new Set(Object.keys(set).map((name) => name.toLowerCase()));
  const kept: string[] = [];
  let dropping: 'no' | 'continued' | { readonly until: string } = 'no';
  for (const line of linesOf(text)) {
    if (typeof dropping === 'object') {
      if (line.trim() === dropping.until) dropping = 'no';
    } else if (dropping === 'continued') {
      if (!line.endsWith('\\')) dropping = 'no';
    } else {
      const [, name = '', sign = '', rest = ''] = /^\s*([A-Za-z_][\w.]*)\s*(@?=)(.*)$/.exec(line) ?? [];
      if (!names.has(name.toLowerCase())) kept.push(line);
      else if (sign === '@=') dropping = { until: `@${rest.trim()}` };
      else if (line.endsWith('\\')) dropping = 'continued';
    }
  }
  const put = Object.entries(set).map(([name, value]) => `${name} = ${value}`);
  return `${[...kept, ...put].join('\n')}\n`;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
