// Format: guestinfo variables, https://docs.cloud-init.io/en/latest/reference/datasources/vmware.html
import type { Platform } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';
import type { Datasource, FetchContext, Instance } from '../metadata/datasource.ts';
import { keyLines } from '../metadata/key-lines.ts';
import { asObject, asText, badMetadata, orNothing, utf8 } from '../metadata/tree.ts';
import { isContainer } from './cloud.ts';
import { fromBase64 } from './declared-values.ts';
import { type GuestInfoKey, guestInfo } from './guest-info.ts';
import { readNetworkConfig } from './network-config.ts';
import { networkParts } from './network-fields.ts';

const keys = ['metadata', 'userdata', 'vendordata'] as const;

/** VMware vSphere, by the guestinfo variables that VMware's tools read from the hypervisor. */
export const vmware: Datasource = {
  name: 'vmware',
  alias: 'VMware',
  needs: 'disk',

  async detect({ platform }, host) {
    if (!isVmware(platform) || (await isContainer(host))) return undefined;
    // Most machines on vSphere have no guestinfo: only a variable that is set shows the datasource.
    for (const key of keys) if (await guestInfo(host, key)) return `guestinfo.${key} is set`;
    const ovf = await guestInfo(host, 'ovfEnv');
    if (ovf === undefined) return undefined;
    const { describesInstance } = await import('./ovf-environment.ts');
    return describesInstance(ovf) ? 'guestinfo.ovfEnv is set' : undefined;
  },

  async fetch(ask) {
    const userData = await orNothing(ask, () => bytesOf(ask.host, 'userdata'));
    const vendorData = await orNothing(ask, () => bytesOf(ask.host, 'vendordata'));
    const metaData = await metadataOf(ask);
    if (!metaData && !userData && !vendorData) return fromOvf(ask);
    return instanceOf(ask, metaData ?? {}, userData, vendorData);
  },
};

/** Reads the OVF environment, which vCenter gives to a virtual appliance. */
async function fromOvf(ask: FetchContext): Promise<Instance | undefined> {
  const text = await guestInfo(ask.host, 'ovfEnv');
  if (text === undefined) return undefined;
  const { instanceInOvf } = await import('./ovf-environment.ts');
  return instanceInOvf(ask, text, 'guestinfo.ovfEnv');
}

const isVmware = ({ vendor, product }: Platform): boolean =>
  [vendor, product].some((text) => text.startsWith('VMware'));

/** Returns a variable without its base64; gzip is left to the reader of user-data. */
async function bytesOf(host: ReadHost, key: GuestInfoKey): Promise<Uint8Array | undefined> {
  const text = await guestInfo(host, key);
  if (text === undefined) return undefined;
  return decoded(`guestinfo.${key}`, text, await guestInfo(host, `${key}.encoding`));
}

function decoded(where: string, text: string, encoding = ''): Uint8Array {
  if (!/^(?:(?:gz|gzip)\+)?(?:b64|base64)$/.test(encoding)) {
    if (encoding !== '') throw badMetadata(where, `the encoding "${encoding}" is unknown`);
    return new TextEncoder().encode(text);
  }
  const bytes = fromBase64(text);
  if (bytes === undefined) throw badMetadata(where, 'invalid base64');
  return bytes;
}

async function metadataOf(ask: FetchContext): Promise<Readonly<Record<string, unknown>> | undefined> {
  const bytes = await bytesOf(ask.host, 'metadata');
  if (bytes === undefined) return undefined;
  const metaData = asObject(await yamlIn('guestinfo.metadata', bytes));
  if (!metaData) throw badMetadata('guestinfo.metadata', 'no YAML mapping');
  return metaData;
}

/** Loads its readers at the first use: most machines have no such variable. */
async function yamlIn(where: string, bytes: Uint8Array): Promise<unknown> {
  const { decodeLayers } = await import('../userdata/decode-layers.ts');
  const { yamlAt } = await import('./metadata-yaml.ts');
  const plain = decodeLayers(bytes);
  if ('why' in plain) throw badMetadata(where, plain.why);
  return yamlAt(utf8(plain.bytes), where);
}

async function instanceOf(
  ask: FetchContext,
  metaData: Readonly<Record<string, unknown>>,
  userData: Uint8Array | undefined,
  vendorData: Uint8Array | undefined,
): Promise<Instance> {
  const given = await orNothing(ask, () => networkOf(metaData));
  const network = readNetworkConfig(given ?? { config: 'disabled' }, ask.facts);
  const redacted = metaData.redact ?? metaData['cleanup-guestinfo'];
  if (redacted) ask.note('warning', 'redact is not supported: the variables stay readable in the machine');
  const names = ['public-keys-data', 'public_keys_data', 'public-keys', 'public_keys'];
  const id = metaData['instance-id'];
  return {
    id: typeof id === 'number' ? String(id) : (asText(id)?.trim() ?? (ask.facts.platform.uuid || 'vmware')),
    datasource: 'vmware',
    hostname: asText(metaData['local-hostname']),
    publicKeys: keyLines(metaData[names.find((name) => metaData[name] !== undefined) ?? '']),
    userData,
    vendorData: vendorData ? [vendorData] : [],
    ...networkParts(network),
    metadata: { meta_data: metaData },
    secrets: [],
  };
}

/** Returns the network configuration: a mapping, or an encoded text. */
async function networkOf(metaData: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { network } = metaData;
  if (typeof network !== 'string') return network;
  const where = 'guestinfo.metadata: "network"';
  return yamlIn(where, decoded(where, network, asText(metaData['network.encoding'])));
}
