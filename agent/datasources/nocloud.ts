import type { Asking, Datasource, Instance } from '../datasource.ts';
import type { ReadHost } from '../host/host.ts';
import { keysIn } from './ec2-tree.ts';
import { folderTree } from './folder.ts';
import { asObject, asText, bytesAt, type Tree, textAt } from './tree.ts';
import { yamlAt } from './yaml.ts';

const folders = ['/var/lib/cloud/seed/nocloud', '/var/lib/cloud/seed/nocloud-net', '/var/lib/bootagent/seed'] as const;

/** Files that somebody put there: a seed folder, a labelled disk, a tree that the kernel command line points to. */
export const nocloud: Datasource = {
  name: 'nocloud',
  alias: 'NoCloud',
  needs: 'disk',

  async detect(_facts, host) {
    const folder = await seedFolder(host);
    return folder && `there is ${folder}/meta-data`;
  },

  async fetch(ask) {
    const folder = ask.seed ?? (await seedFolder(ask.host));
    return folder === undefined ? undefined : readSeed(ask, folderTree(ask.host, folder));
  },
};

async function seedFolder(host: ReadHost): Promise<string | undefined> {
  for (const folder of folders) if (await host.stat(`${folder}/meta-data`)) return folder;
  return undefined;
}

async function readSeed(_ask: Asking, tree: Tree): Promise<Instance> {
  const text = await textAt(tree, 'meta-data');
  const metaData = asObject(yamlAt(text ?? '', tree.where('meta-data'))) ?? {};
  const vendorData = await bytesAt(tree, 'vendor-data');
  return {
    id: String(metaData['instance-id'] ?? 'nocloud'),
    datasource: 'nocloud',
    hostname: asText(metaData['local-hostname']),
    publicKeys: keysIn(keyLines(metaData['public-keys'])),
    userData: await bytesAt(tree, 'user-data'),
    vendorData: vendorData ? [vendorData] : [],
    metadata: { meta_data: metaData },
    secrets: [],
  };
}

/** Keys as a text, a list, or a mapping from names. */
function keyLines(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split('\n');
  if (Array.isArray(value)) return value.flatMap(keyLines);
  return Object.values(asObject(value) ?? {}).flatMap(keyLines);
}
