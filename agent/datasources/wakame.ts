// Format: Wakame-vdc metadata, https://github.com/axsh/wakame-vdc
import { drivesLabelled } from '../block/drives.ts';
import type { ReadHost } from '../host/host.ts';
import type { Datasource, FetchContext, Instance } from '../metadata/datasource.ts';
import { placesFor, serviceAt } from '../metadata/endpoint.ts';
import { volumeTree } from '../metadata/folder-tree.ts';
import { httpTree } from '../metadata/http-tree.ts';
import { keyLines } from '../metadata/key-lines.ts';
import { asObject, bytesAt, idAt, linesAt, type Tree, textAt, unlessRubbish, utf8 } from '../metadata/tree.ts';
import { readTree } from './ec2-tree.ts';

/** The values that Wakame-vdc documents; `query` returns each of them. */
const documented = [
  'wmi-id',
  'ami-id',
  'mac',
  'local-hostname',
  'local-ipv4',
  'public-ipv4',
  'security-groups',
] as const;

/** Wakame-vdc's metadata drive, which holds each value as a file. */
export const wakame: Datasource = {
  name: 'wakame',
  alias: 'Wakame',
  needs: 'disk',

  async detect(_facts, host) {
    const [drive] = await drives(host);
    return drive && `${drive.path} is labelled METADATA and holds meta-data/instance-id`;
  },

  async fetch(ask) {
    const [drive] = await drives(ask.host);
    if (!drive) return undefined;
    const tree = volumeTree(drive.volume, drive.path);
    const id = await idAt(tree, 'meta-data/instance-id');
    if (id === undefined) return undefined;
    const folders = await drive.volume.list('meta-data/public-keys');
    const keys = [];
    for (const folder of folders)
      keys.push(...(await keysAt(ask, tree, `meta-data/public-keys/${folder}/openssh-key`)));
    return instanceOf(
      ask,
      tree,
      id,
      [...new Set(keys)],
      await unlessRubbish(ask, tree, () => bytesAt(tree, 'user-data')),
    );
  },
};

/** Wakame-vdc's metadata service, used if there is no drive. It cannot be detected: `datasource_list` must name it. */
export const wakameNet: Datasource = {
  name: 'wakame-net',
  alias: 'Wakame',
  needs: 'network',
  known: true,
  detect: async () => undefined,

  async fetch(ask) {
    const service = serviceAt(ask, placesFor(ask, ['http://169.254.169.254']));
    const likeEc2 = (await linesAt(httpTree(ask, service, '/'), ''))?.includes('latest') ?? false;
    const tree = httpTree(ask, service, '/latest/');
    const id = await idAt(tree, 'meta-data/instance-id');
    if (id === undefined) {
      ask.note('warning', `${service.where('/')}: answers, but knows no instance-id`);
      return undefined;
    }
    if (likeEc2) return withUserData(await readTree(ask, tree, id, { datasource: 'wakame', amazon: true }));
    const keys = await keysAt(ask, tree, 'meta-data/public-keys');
    const data = await unlessRubbish(ask, tree, () => bytesAt(tree, 'meta-data/user-data'));
    return instanceOf(ask, tree, id, keys, data, ['local-hostname', 'local-ipv4', 'mac']);
  },

  async value(ask, name) {
    const tree = httpTree(ask, serviceAt(ask, placesFor(ask, ['http://169.254.169.254'])), '/latest/meta-data/');
    // Two names for one value; the newer service has only EC2's.
    return (await textAt(tree, name)) ?? (name === 'wmi-id' ? textAt(tree, 'ami-id') : undefined);
  },
};

/** Adds user-data to the metadata: it is one of the documented values, in both forms of the service. */
function withUserData(instance: Instance): Instance {
  const { userData, metadata } = instance;
  if (userData === undefined) return instance;
  return { ...instance, metadata: { meta_data: { ...asObject(metadata.meta_data), 'user-data': utf8(userData) } } };
}

const drives = async (host: ReadHost) => {
  const found = [];
  // IBM uses the same label.
  for (const drive of await drivesLabelled(host, 'METADATA')) {
    if ((await drive.volume.read('meta-data/instance-id')) !== undefined) found.push(drive);
  }
  return found;
};

const keysAt = async (ask: FetchContext, tree: Tree, path: string): Promise<readonly string[]> =>
  keyLines(await unlessRubbish(ask, tree, () => textAt(tree, path)));

async function instanceOf(
  ask: FetchContext,
  tree: Tree,
  id: string,
  publicKeys: readonly string[],
  userData: Uint8Array | undefined,
  names: readonly string[] = documented,
): Promise<Instance> {
  const values = new Map([['instance-id', id]]);
  for (const name of names) {
    const value = await unlessRubbish(ask, tree, () => textAt(tree, `meta-data/${name}`));
    if (value !== undefined) values.set(name, value);
  }
  return {
    id,
    datasource: 'wakame',
    hostname: values.get('local-hostname')?.split(/\s+/)[0],
    publicKeys,
    userData,
    vendorData: [],
    metadata: { meta_data: { ...Object.fromEntries(values), ...(userData && { 'user-data': utf8(userData) }) } },
    secrets: [],
  };
}
