import type { Edit } from '../engine/change.ts';

/** Replaces the lines that begin with `drop` by one line, at the position of the first, or at the end if there is none. */
export function lines(text: string, { drop, put }: Extract<Edit, { syntax: 'lines' }>): string {
  const all = text.split('\n');
  const last = all.pop() ?? '';
  if (last !== '') all.push(last);
  const isOld = (line: string) => line === put || (drop !== undefined && line.startsWith(drop));
  const first = all.findIndex(isOld);
  const kept = all.filter((line) => !isOld(line));
  kept.splice(first === -1 ? kept.length : first, 0, put);
  return `${kept.join('\n')}\n`;
}
