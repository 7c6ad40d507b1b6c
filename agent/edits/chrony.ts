import type { Edit } from '../engine/change.ts';

const source = /^\s*(?:server|pool|peer)\s/;

/** Replaces all time sources by these, at the position of the first old one, and allows these clients. */
export function chrony(text: string, { sources, allow }: Extract<Edit, { syntax: 'chrony' }>): string {
  const all = text.split('\n');
  const last = all.pop() ?? '';
  if (last !== '') all.push(last);
  const first = all.findIndex((line) => source.test(line));
  const kept = sources.length > 0 ? all.filter((line) => !source.test(line)) : all;
  if (sources.length > 0) kept.splice(Math.max(0, first), 0, ...sources);
  const lacking = allow.map((each) => `allow ${each}`).filter((line) => !kept.includes(line));
  return `${[...kept, ...lacking].join('\n')}\n`;
}
