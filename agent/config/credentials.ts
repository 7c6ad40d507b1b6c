import type { ReadHost } from '../host/host.ts';
import type { SourceNode } from '../userdata/schema/source-node.ts';

/** Directories of credentials in the order of systemd (systemd.exec(5), LoadCredential=): the first that has one counts. */
const folders = ['/run/credentials/@system', '/etc/credstore', '/run/credstore', '/usr/lib/credstore'];
/** The same for encrypted credentials: systemd-creds(1), systemd 250 and later. */
const encrypted = ['/run/credentials/@encrypted', ...folders.slice(1).map((folder) => `${folder}.encrypted`)];

/** The limit that systemd sets for a credential. */
const mostBytes = 2 ** 20;

/** Returns the names of the credentials that a part of the settings refers to by {credential: NAME}. */
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
    // An unreadable credential is missing only where it is used.
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
  // A name must not lead out of the directory.
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

/** Removes the line feed that an editor adds at the end of a file: it is not part of a password. */
const withoutLineEnd = (text: string | undefined): string | undefined => text?.replace(/\r?\n$/, '');
