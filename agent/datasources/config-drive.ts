import { Problem } from '../base/problem.ts';
import { drivesLabelled } from '../block/drives.ts';
import type { ReadHost } from '../host/host.ts';
import type { Datasource, FetchContext, Instance } from '../metadata/datasource.ts';
import { below, folderTree, volumeTree } from '../metadata/folder-tree.ts';
import { keyLines } from '../metadata/key-lines.ts';
import { asObject, asText, bytesAt, jsonAt, type Tree, unlessRubbish } from '../metadata/tree.ts';
import { readOpenStack, versions } from './openstack-tree.ts';

const folders = ['/config-drive', '/var/lib/cloud/seed/config_drive'];

/** The config drive: OpenStack, and platforms that follow its format, put the content of the metadata service on it. */
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
      const instance = (await fromOpenStack(ask, tree)) ?? (await fromEc2(ask, tree));
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

/** Reads the instance from the newest valid version. An invalid version is reported, and the next older one is read. */
async function fromOpenStack(ask: FetchContext, tree: Tree): Promise<Instance | undefined> {
  let rubbish: Problem | undefined;
  for (const version of [...versions.toReversed(), 'latest']) {
    try {
      const instance = await readOpenStack(ask, below(tree, `openstack/${version}`), 'config-drive');
      if (instance && rubbish) ask.note('warning', `${rubbish.message}: openstack/${version} is used instead`);
      if (instance) return instance;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'bad-metadata') throw error;
      rubbish ??= error;
    }
  }
  // No fallback to the EC2 tree: its instance-id differs, so the machine would look like a new instance.
  if (rubbish) throw rubbish;
  return undefined;
}

/** Reads the EC2 tree of the drive, which holds all metadata in one file. */
async function fromEc2(ask: FetchContext, tree: Tree): Promise<Instance | undefined> {
  for (const version of ['latest', '2009-04-04']) {
    const metaData = await jsonAt(tree, `ec2/${version}/meta-data.json`);
    const id = asText(metaData?.['instance-id']);
    if (!metaData || id === undefined) continue;
    const keys = Object.values(asObject(metaData['public-keys']) ?? {}).map((each) => asObject(each)?.['openssh-key']);
    return {
      id,
      datasource: 'config-drive',
      hostname: asText(metaData['local-hostname']) ?? asText(metaData.hostname),
      zone: asText(asObject(metaData.placement)?.['availability-zone']),
      publicKeys: keyLines(keys),
      userData: await unlessRubbish(ask, tree, () => bytesAt(tree, `ec2/${version}/user-data`)),
      vendorData: [],
      metadata: { meta_data: metaData },
      secrets: [],
    };
  }
  return undefined;
}
