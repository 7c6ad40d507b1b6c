import type { ReadHost } from '../host/host.ts';
import type { SourceNode } from '../userdata/schema/source-node.ts';

/** Folders of credentials as systemd reads them (systemd.exec(5), LoadCredential=), the first that has one counts. */
const folders = ['/run/credentials/@system', '/etc/credstore', '/run/credstore', '/usr/lib/credstore'];
/** The same, encrypted: systemd-creds(1), from systemd 250 on. */
const encrypted = ['/run/credentials/@encrypted', ...folders.slice(1).map((folder) => `${folder}.encrypted`)];

/** As systemd limits one. */
const mostBytes = 2 ** 20;

/** The names of the credentials that a part of the settings refers to by {credential: NAME}. */
export function credentialNames(written: SourceNode | undefined): readonly string[] {
  if (written?.is === 'list') return written.items.flatMap(credentialNames);
  if (written?.is !== 'mapping') return [];
  const name = written.entries.get('credential')?.value;
  if (written.entries.size === 1 && name?.is === 'scalar') return [name.raw];
  return [...written.entries.values()].flatMap(({ value }) => credentialNames(value));
}

/** Reads credentials by their names; those that are missing, or cannot be decrypted, are left out. */
export async function readCredentials(
  names: readonly string[],
  host: ReadHost,
  directory: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of new Set(names)) {
    // One that cannot be read is missing to those who ask for it, and to nobody else.
    const text = await readCredential(name, host, directory).catch(() => undefined);
    if (text !== undefined) found.set(name, text);
  }
  return found;
}

async function readCredential(
  name: string,
  host: ReadHost,
  directory: string | undefined,
): Promise<string | undefined> {
  // What leads out of the folder is no name.
  if (!/^[\w.@-]{1,255}$/.test(name) || /^\.\.?$/.test(name)) return undefined;
  for (const folder of directory === undefined ? folders : [directory, ...folders]) {
    const path = `${folder}/${name}`;
    if (await isCredential(path, host)) return withoutLineEnd(await host.readText(path));
  }
  for (const folder of host.offline ? [] : encrypted) {
    const path = `${folder}/${name}`;
    if (!(await isCredential(path, host))) continue;
    const words = ['systemd-creds', 'decrypt', '--newline=no', `--name=${name}`, path] as const;
    const { code, stdout } = await host.query(words);
    if (code === 0) return withoutLineEnd(stdout);
  }
  return undefined;
}

async function isCredential(path: string, host: ReadHost): Promise<boolean> {
  const stat = await host.stat(path);
  return stat?.type === 'file' && stat.size <= mostBytes;
}

/** A file made by an editor ends in a line feed, which is no part of a password. */
const withoutLineEnd = (text: string | undefined): string | undefined => text?.replace(/\r?\n$/, '');
