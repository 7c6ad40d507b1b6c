// Format: hosts, https://man7.org/linux/man-pages/man5/hosts.5.html
import type { Edit } from '../engine/change.ts';

type HostsEdit = Extract<Edit, { syntax: 'hosts' }>;

const marks = {
  own: '# This machine, by its address (kept by bootagent):',
  loopback: '# This machine, by its name (kept by bootagent):',
} as const;

/**
 * Writes this machine's own line, identified by the comment above it or by its address as a field: 10.1.1.1 is not
 * 10.1.1.10. A line for a loopback address precedes the other lines of that address, which stay.
 */
export function editHosts(text: string, { address, names }: HostsEdit): string {
  const loopback = address === '::1' || address.startsWith('127.');
  const mark = loopback ? marks.loopback : marks.own;
  const all = text.split('\n');
  const last = all.pop() ?? '';
  if (last !== '') all.push(last);
  const wanted = `${address} ${names.join(' ')}`;
  const isOwn = (line: string, above = '') =>
    line === mark || (addressOf(line) !== undefined && (above === mark || (!loopback && addressOf(line) === address)));
  const old = all.map((line, at) => isOwn(line, all[at - 1]));
  const first = old.indexOf(true);
  const kept = all.filter((_, at) => !old[at]);
  const before = loopback ? kept.findIndex((line) => addressOf(line) === address) : first;
  const place = first !== -1 ? first : before !== -1 ? before : kept.length;
  kept.splice(place, 0, mark, wanted);
  return `${kept.join('\n')}\n`;
}

const addressOf = (line: string): string | undefined => /^\s*([^\s#]+)\s/.exec(line)?.[1];
