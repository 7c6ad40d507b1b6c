import { shellQuoted } from '../base/shell-quote.ts';
import type { Edit } from '../engine/change.ts';

type SysconfigEdit = Extract<Edit, { syntax: 'sysconfig' }>;

/** Sets a variable in a file of shell assignments, matched by its whole name: HOSTNAME is not MY_HOSTNAME. */
export function sysconfig(text: string, { name, value, where }: SysconfigEdit): string {
  const all = text.split('\n');
  const last = all.pop() ?? '';
  if (last !== '') all.push(last);
  if (where === 'in use' && !all.some((line) => variableOf(line) !== undefined)) return text;
  const wanted = `${name}=${/^[\w.:/@%+,-]*$/.test(value) ? value : shellQuoted(value)}`;
  const first = all.findIndex((line) => variableOf(line) === name);
  const kept = all.filter((line) => variableOf(line) !== name);
  kept.splice(first === -1 ? kept.length : first, 0, wanted);
  return `${kept.join('\n')}\n`;
}

const variableOf = (line: string): string | undefined => /^\s*(?:export\s+)?([A-Za-z_]\w*)=/.exec(line)?.[1];
