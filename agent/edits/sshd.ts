import type { Edit } from '../engine/change.ts';

type SshdEdit = Extract<Edit, { syntax: 'sshd' }>;

/** Sets a value at the top of a file for sshd, which uses the first value of a setting. */
export function editSshd(text: string, { keyword, value, among }: SshdEdit): string {
  const all = text.split('\n');
  const last = all.pop() ?? '';
  if (last !== '') all.push(last);
  const wanted = `${keyword} ${value}`;
  const isOurs = (line: string) =>
    among ? line === wanted : line.toLowerCase().startsWith(`${keyword.toLowerCase()} `);
  // After an Include or a Match it might not be the first value, or not apply to all connections.
  const end = all.findIndex((line) => /^\s*(match|include)\s/i.test(line));
  const first = all.slice(0, end === -1 ? all.length : end).findIndex(isOurs);
  if (first !== -1) all[first] = wanted;
  else all.splice(0, 0, wanted);
  return `${all.join('\n')}\n`;
}
