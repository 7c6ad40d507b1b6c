// Format: EC2 instance metadata, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
import type { FetchContext, Instance } from '../metadata/datasource.ts';
import { keyLines } from '../metadata/key-lines.ts';
import { bytesAt, linesAt, type Tree, textAt, unlessRubbish } from '../metadata/tree.ts';

/** Whether a line is a listing entry ("0=name", "0/") and not a key: a key contains blanks and does not begin with "N=". */
const isEntry = (line: string): boolean => /^\d+(?:=|\/?$)/.test(line) || !/\s/.test(line);

/**
 * Returns the public key lines of any EC2 dialect: a listing of "0=name" or "0", the keys themselves in place of the listing,
 * or no listing but a key at index 0.
 */
export async function publicKeys(tree: Tree): Promise<readonly string[]> {
  const entries = (await linesAt(tree, 'meta-data/public-keys/')) ?? (await linesAt(tree, 'meta-data/public-keys'));
  if (entries === undefined) return keyLines(await textAt(tree, 'meta-data/public-keys/0/openssh-key'));
  const texts: (string | undefined)[] = [];
  for (const entry of entries)
    texts.push(isEntry(entry) ? await textAt(tree, `meta-data/public-keys/${indexOf(entry)}/openssh-key`) : entry);
  return keyLines(texts);
}

/** Returns user-data from EC2's path or, with `both`, from the path of Wakame-vdc 11.06. */
export async function userData(tree: Tree, both: boolean): Promise<Uint8Array | undefined> {
  const usual = await bytesAt(tree, 'user-data');
  return usual ?? (both ? bytesAt(tree, 'meta-data/user-data') : undefined);
}

/** Reads the instance `id` from the tree with as few requests as possible; data that a login needs comes first. */
export async function readTree(
  ask: FetchContext,
  tree: Tree,
  id: string,
  options: { readonly datasource: string; readonly amazon: boolean; readonly zone?: boolean },
): Promise<Instance> {
  const part = <T>(read: () => Promise<T>): Promise<T | undefined> => unlessRubbish(ask, tree, read);
  const keys = (await part(() => publicKeys(tree))) ?? [];
  const data = await part(() => userData(tree, !options.amazon));
  const hostname = await part(() => textAt(tree, 'meta-data/local-hostname'));
  const place = 'meta-data/placement/availability-zone';
  const zone = options.zone === false ? undefined : await part(() => textAt(tree, place));
  return {
    id,
    datasource: options.datasource,
    hostname: firstWord(hostname),
    zone,
    region: zone?.replace(/(\d)[a-z]$/, '$1'),
    publicKeys: keys,
    userData: data,
    vendorData: [],
    metadata: {
      meta_data: {
        'instance-id': id,
        ...(hostname !== undefined && { 'local-hostname': hostname }),
        ...(zone !== undefined && { placement: { 'availability-zone': zone } }),
        'public-keys': keys,
      },
    },
    secrets: [],
  };
}

const indexOf = (entry: string): string => encodeURIComponent((entry.split('=')[0] ?? '').replace(/\/$/, '').trim());

// With several interfaces, some services return one hostname per interface, each on its own line.
const firstWord = (text: string | undefined): string | undefined => text?.split(/\s+/)[0];
