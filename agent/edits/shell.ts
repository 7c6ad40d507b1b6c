import { shellQuoted } from '../base/shell-quote.ts';
import type { Edit } from '../engine/change.ts';

/** Sets variables in a file of shell assignments: each at its last position, or at the end; other lines stay. */
export function shell(text: string, { set }: Extract<Edit, { syntax: 'shell' }>): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [name, value] of Object.entries(set)) {
    const put = `${name}=${quoted(value)}`;
    const places = lines.flatMap((line, index) => (setsIt(line, name) ? [index] : []));
    const last = places.at(-1);
    if (last === undefined) lines.push(put);
    else lines[last] = put;
    for (const place of places.slice(0, -1).reverse()) lines.splice(place, 1);
  }
  return `${lines.join('\n')}\n`;
}

const setsIt = (line: string, name: string): boolean =>
  line
    .trimStart()
    .replace(/^export\s+/, '')
    .startsWith(`${name}=`);

/** Quotes a word for the shell, unless it needs no quotes. */
const quoted = (word: string): string => (/^[\w./:@%+,=-]+$/.test(word) ? word : shellQuoted(word));
