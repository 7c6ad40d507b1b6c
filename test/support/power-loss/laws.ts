import { parse } from '../../../agent/state/records.ts';
import { type Cut, linesOf } from './cuts.ts';
import { type FolderNode, nodeAt } from './disk.ts';
import type { Ran } from './machine.ts';

/** The list whose items run once, and what each writes to the disk: `echo one >/root/one`. */
const items = ['one', 'two'];
const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIJfkNV4OS33ImTXvorZr72q4v5XhVEQKfvqsxOEJ/XaR';

export const userData = `#cloud-config
manage_etc_hosts: true
ssh_genkeytypes: [ed25519]
users:
- {name: ann, uid: 1200, groups: [games], sudo: "ALL=(ALL) NOPASSWD:ALL", ssh_authorized_keys: ["ssh-ed25519 ${key} ann"]}
write_files:
- {path: /etc/a, content: "a\\n", permissions: '0600'}
- {path: /etc/deep/er/b, content: "b\\n"}
- {path: /etc/issue, content: "more", append: true}
- {path: /etc/kept, content: "as it was\\n", permissions: '0640'}
${Array.from({ length: 10 }, (_, index) => `- {path: /srv/many/${index}, content: "${index}\\n"}`).join('\n')}
bootcmd: [echo bootcmd >>/outside/ran]
runcmd:
${items.map((item) => `- echo ${item} >>/outside/ran; echo ${item} >/root/${item}`).join('\n')}
`;

const text = (disk: FolderNode, path: string): string | undefined => {
  const file = nodeAt(disk, path);
  return file?.is === 'file' ? String(file.bytes) : undefined;
};

/** Returns the comparable lines of a disk: own records, logs, backups of tables, random keys and dates of passwords vary. */
export function comparable(disk: FolderNode): string[] {
  const varies = /^\/(run|outside|var\/(lib\/bootagent|log)|etc\/(shadow|ssh\/ssh_host_.*|\w+-)|root\/(one|two))(\/|$)/;
  const shadow = (text(disk, '/etc/shadow') ?? '').replace(/^(\w+:[^:]*:)\d+:/gm, '$1DAY:').split('\n');
  return [...linesOf(disk, (path) => varies.test(path)), ...shadow];
}

/** Returns how a boot after a power loss breaks the laws, in words. */
export function broken({ disk, ran }: Cut, again: Ran, wanted: readonly string[]): string[] {
  const told: string[] = [];
  const { damaged } = parse(text(disk, '/var/lib/bootagent/journal.ndjson') ?? '');
  if (damaged > 0) told.push(`${damaged} damaged lines of the journal`);
  const state = nodeAt(disk, '/var/lib/bootagent');
  for (const name of state?.is === 'folder' ? state.entries.keys() : [])
    if (name.endsWith('.json') && !isJson(text(disk, `/var/lib/bootagent/${name}`) ?? ''))
      told.push(`${name} is no JSON`);

  const isReported = /interrupted/.test(again.text);
  if (again.code !== 0 && !isReported) told.push(`exit ${again.code}: ${again.text}`);
  for (const item of items) {
    const times = [...ran, ...again.ran].filter((each) => each === item).length;
    if (times > 1) told.push(`runcmd "${item}" ran ${times} times`);
    if (times === 0 && !isReported) told.push(`runcmd "${item}" did not run, and nothing says so`);
    if (text(again.disk, `/root/${item}`) !== `${item}\n` && !isReported) told.push(`/root/${item} is lost`);
  }
  const end = comparable(again.disk);
  told.push(...wanted.filter((line) => !end.includes(line)).map((line) => `missing: ${line}`));
  told.push(...end.filter((line) => !wanted.includes(line)).map((line) => `left: ${line}`));
  if (!text(again.disk, '/home/ann/.ssh/authorized_keys')?.includes(key)) told.push('the key is not in place');
  for (const path of ['/etc/ssh/ssh_host_ed25519_key', '/etc/ssh/ssh_host_ed25519_key.pub'])
    if (!text(again.disk, path)) told.push(`${path} is not in place`);
  return told;
}

function isJson(content: string): boolean {
  try {
    JSON.parse(content);
    return true;
  } catch {
    return false;
  }
}
