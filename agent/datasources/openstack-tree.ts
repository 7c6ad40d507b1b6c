// Format: OpenStack metadata, https://docs.openstack.org/nova/latest/user/metadata.html
import type { FetchContext, Instance } from '../metadata/datasource.ts';
import { keyLines } from '../metadata/key-lines.ts';
import {
  anyJsonAt,
  asObject,
  asText,
  badMetadata,
  bytesAt,
  jsonAt,
  orNothing,
  type Tree,
  unlessRubbish,
} from '../metadata/tree.ts';
import { readNetworkData } from './network-data.ts';

/** The supported versions of the tree, the newest last. */
export const versions: readonly string[] = [
  '2012-08-10',
  '2013-04-04',
  '2013-10-17',
  '2015-10-15',
  '2016-06-30',
  '2016-10-06',
  '2017-02-22',
  '2018-08-27',
  '2020-10-14',
];

/** Reads one version of OpenStack's tree, from a drive or from the service; undefined if it has no metadata. */
export async function readOpenStack(ask: FetchContext, tree: Tree, datasource: string): Promise<Instance | undefined> {
  const metaData = await jsonAt(tree, 'meta_data.json');
  if (!metaData) return undefined;
  const id = asText(metaData.uuid);
  if (id === undefined) throw badMetadata(tree.where('meta_data.json'), 'no uuid in it, so it identifies no instance');
  const userData = await unlessRubbish(ask, tree, () => bytesAt(tree, 'user_data'));
  const vendorData = [];
  for (const file of ['vendor_data.json', 'vendor_data2.json']) {
    vendorData.push(...partsOf(await orNothing(ask, () => anyJsonAt(tree, file))));
  }
  const networkData = await orNothing(ask, () => jsonAt(tree, 'network_data.json'));
  const network = networkData && readNetworkData(networkData);
  const files = Array.isArray(metaData.files) ? metaData.files.map((each) => asText(asObject(each)?.path) ?? '?') : [];
  for (const path of files)
    ask.note('warning', `files given with the instance are not supported: ${path} is not written`);
  return {
    id,
    datasource,
    hostname: asText(metaData.hostname) ?? asText(metaData.name),
    zone: asText(metaData.availability_zone),
    launchIndex: typeof metaData.launch_index === 'number' ? metaData.launch_index : undefined,
    publicKeys: keysOf(metaData),
    userData,
    vendorData,
    ...(network && { network: network.interfaces }),
    ...(network && network.leftOut.length > 0 && { networkLeftOut: network.leftOut }),
    metadata: { meta_data: metaData, ...(networkData && { network_json: networkData }) },
    secrets: [metaData.admin_pass, metaData.random_seed].flatMap((value) => asText(value) ?? []),
  };
}

/** Returns all SSH keys, from the mapping by name and from the newer list. */
function keysOf(metaData: Readonly<Record<string, unknown>>): readonly string[] {
  const listed = (Array.isArray(metaData.keys) ? metaData.keys : []).map((each) => asObject(each) ?? {});
  const texts = [
    ...Object.values(asObject(metaData.public_keys) ?? {}),
    ...listed.filter(({ type }) => type === 'ssh').map(({ data }) => data),
  ];
  return keyLines(texts);
}

/** Returns the parts of vendor-data: a text, a list of texts, or either of these under the key "cloud-init". */
function partsOf(value: unknown): readonly Uint8Array[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [new TextEncoder().encode(value)];
  if (Array.isArray(value)) return value.flatMap(partsOf);
  return partsOf(asObject(value)?.['cloud-init'] ?? []);
}
