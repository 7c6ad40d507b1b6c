// Service: LXD's guest API, https://documentation.ubuntu.com/lxd/latest/dev-lxd/
import { keyLines } from '../metadata/key-lines.ts';
import { anyJsonAt, orNothing, textAt } from '../metadata/tree.ts';
import type { Declaration, Keys, Parts } from './declaration.ts';
import { yamlIn } from './metadata-yaml.ts';
import { readNetworkConfig } from './network-config.ts';
import { asList } from './network-fields.ts';

const config = '/1.0/config/';

export const lxd: Declaration = {
  endpoints: ['http://lxd'],
  from: { socket: '/dev/lxd/sock' },
  document: { path: '/1.0/meta-data', format: 'yaml' },
  id: 'instance-id',
  hostname: 'local-hostname',
  keys,
  userData: [`${config}cloud-init.user-data`, `${config}user.user-data`],
  vendorData: [`${config}cloud-init.vendor-data`, `${config}user.vendor-data`],
  async complete(instance, { ask, tree }) {
    const read = async (name: string) => orNothing(ask, () => yamlIn(tree, `${config}${name}`));
    const given = (await read('cloud-init.network-config')) ?? (await read('user.network-config'));
    const { interfaces, leftOut } = readNetworkConfig(given ?? { config: 'disabled' }, ask.facts);
    const unread = leftOut.length > 0 && { networkLeftOut: leftOut };
    return given ? { ...instance, network: interfaces, ...unread } : instance;
  },
};

/** Returns the keys of the metadata, and those of the settings "cloud-init.ssh-keys.NAME: USER:KEY". */
async function keys({ tree, document }: Parts): Promise<Keys> {
  const names = asList(await anyJsonAt(tree, '/1.0/config')).map(String);
  const byUser = new Map<string, string[]>();
  for (const path of names.filter((name) => name.startsWith(`${config}cloud-init.ssh-keys.`))) {
    const [, user = '', key] = /^([^\s:]+):(.+)$/.exec((await textAt(tree, path)) ?? '') ?? [];
    if (key !== undefined) byUser.set(user, [...(byUser.get(user) ?? []), key]);
  }
  return { lines: keyLines(document['public-keys']), byUser: Object.fromEntries(byUser) };
}
