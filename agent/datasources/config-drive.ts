import type { Asking, Datasource, Instance } from '../datasource.ts';
import { drivesLabelled } from '../drives/index.ts';
import type { ReadHost } from '../host/host.ts';
import { asProblem } from '../problem.ts';
import { keysIn } from './ec2-tree.ts';
import { below, folderTree, volumeTree } from './folder.ts';
import { readOpenStack, versions } from './openstack-tree.ts';
import { asObject, asText, bytesAt, jsonAt, type Tree, unlessRubbish } from './tree.ts';

const folders = ['/config-drive', '/var/lib/cloud/seed/config_drive'];

/** The drive on which OpenStack, and others in its manner, hand over what their service would say. */
export const configDrive: Datasource = {
  name: 'config-drive',
  alias: 'ConfigDrive',
  needs: 'disk',

  async detect(_facts, host) {
    const found = await places(host);
    return found.length === 0 ? undefined : found.map(({ because }) => because).join('; ');
  },

  async fetch(ask) {
    for (const { tree } of await places(ask.host)) {
      const instance = await fromNewest(ask, tree);
      if (instance) return instance;
      ask.note('warning', `${tree.where('openstack')}: no metadata in it`);
    }
    return undefined;
  },
};

async function places(host: ReadHost): Promise<readonly { readonly because: string; readonly tree: Tree }[]> {
  const drives = (await drivesLabelled(host, 'CONFIG-2')).map(({ path, volume }) => ({
    because: `${path} is labelled ${volume.labels.join(', ')}`,
    tree: volumeTree(volume, path),
  }));
  const seeds = [];
  for (const folder of folders) {
    const stat = (await host.stat(`${folder}/openstack`)) ?? (await host.stat(`${folder}/ec2`));
    if (stat) seeds.push({ because: `there is ${folder}`, tree: folderTree(host, folder) });
  }
  return [...drives, ...seeds];
}

/** What the newest tree says that knows who we are: one that is rubbish is told, and an older one is read. */
async function fromNewest(ask: Asking, tree: Tree): Promise<Instance | undefined> {
  const trees = [
    ...[...versions.toReversed(), 'latest'].map((version) => ({ folder: `openstack/${version}`, read: readOpenStack })),
    ...['latest', '2009-04-04'].map((version) => ({ folder: `ec2/${version}`, read: readEc2 })),
  ];
  let rubbish: unknown;
  for (const { folder, read } of trees) {
    try {
      const instance = await read(ask, below(tree, folder), configDrive.name);
      if (instance && rubbish) ask.note('warning', `${asProblem(rubbish).message}: ${folder} is used instead`);
      if (instance) return instance;
    } catch (error) {
      rubbish ??= error;
    }
  }
  if (rubbish) throw rubbish;
  return undefined;
}

/** The tree for those who know only EC2's words: all values in one file. */
async function readEc2(ask: Asking, tree: Tree, datasource: string): Promise<Instance | undefined> {
  const metaData = await jsonAt(tree, 'meta-data.json');
  const id = asText(metaData?.['instance-id']);
  if (!metaData || id === undefined) return undefined;
  const keys = Object.values(asObject(metaData['public-keys']) ?? {}).map((each) => asObject(each)?.['openssh-key']);
  return {
    id,
    datasource,
    hostname: asText(metaData['local-hostname']) ?? asText(metaData.hostname),
    zone: asText(asObject(metaData.placement)?.['availability-zone']),
    publicKeys: keysIn(keys.flatMap((key) => String(key).split('\n'))),
    userData: await unlessRubbish(ask, tree, () => bytesAt(tree, 'user-data')),
    vendorData: [],
    metadata: { meta_data: metaData },
    secrets: [],
  };
}
