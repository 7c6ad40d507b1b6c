// Format: OpenNebula context, https://github.com/OpenNebula/one-apps/wiki/linux_feature

import { sha256 } from '../base/sha256.ts';
import { shellQuoted } from '../base/shell-quote.ts';
import { drivesLabelled } from '../block/drives.ts';
import type { ReadHost } from '../host/host.ts';
import type { Datasource, FetchContext, Instance, ReadyGate } from '../metadata/datasource.ts';
import { folderTree, volumeTree } from '../metadata/folder-tree.ts';
import { keyLines } from '../metadata/key-lines.ts';
import { badMetadata, orNothing, type Tree, textAt, utf8 } from '../metadata/tree.ts';
import { fromBase64 } from './declared-values.ts';
import { networkParts } from './network-fields.ts';
import { readContextNetwork } from './opennebula-network.ts';
import { readAssignments } from './shell-values.ts';

const folders = ['/context', '/var/lib/cloud/seed/opennebula'];

/** Context variables that are not supported yet; each one is reported. */
const undone =
  /^(?:INIT_SCRIPTS|GROW_FS|GROW_ROOTFS|IGNORE_SWAP|USERNAME\w*|GRANT_SUDO|DNS_HOSTNAME|TIMEZONE|(?:CRYPTED_)?PASSWORD(?:_BASE64)?)$/;

/** OpenNebula's context: shell assignments on a labelled drive, which are parsed and never executed. */
export const opennebula: Datasource = {
  name: 'opennebula',
  alias: 'OpenNebula',
  needs: 'disk',

  async detect(_facts, host) {
    const found = await places(host);
    return found.length === 0 ? undefined : found.map(({ because }) => because).join('; ');
  },

  async fetch(ask) {
    const [place] = await places(ask.host);
    if (!place) return undefined;
    const context = await contextOf(place.tree);
    return instanceOf(ask, context, await orNothing(ask, () => textAt(place.tree, 'token.txt')));
  },
};

export type ContextValues = ReadonlyMap<string, string>;

async function places(host: ReadHost): Promise<readonly { readonly because: string; readonly tree: Tree }[]> {
  const found = [];
  for (const { path, volume } of await drivesLabelled(host, 'CONTEXT', 'CDROM')) {
    const because = `${path} is labelled ${volume.labels.join(', ')}`;
    if ((await volume.read('context.sh')) !== undefined) found.push({ because, tree: volumeTree(volume, path) });
  }
  for (const folder of folders) {
    if (await host.stat(`${folder}/context.sh`)) {
      found.push({ because: `there is ${folder}/context.sh`, tree: folderTree(host, folder) });
    }
  }
  return found;
}

/** Reads the context without its empty values, which count as unset. */
async function contextOf(tree: Tree): Promise<ContextValues> {
  const values = readAssignments(utf8((await tree.read('context.sh')) ?? new Uint8Array()));
  if ('why' in values)
    throw badMetadata(tree.where('context.sh'), `line ${values.line}: ${values.why}, so it is not used`);
  if (values.size === 0) throw badMetadata(tree.where('context.sh'), 'sets nothing, so it identifies no instance');
  return new Map([...values].filter(([, value]) => value !== ''));
}

function instanceOf(ask: FetchContext, context: ContextValues, tokenFile: string | undefined): Instance {
  const first = (...names: readonly string[]): string | undefined =>
    names.map((name) => context.get(name)).find((value) => value !== undefined);
  for (const name of context.keys()) if (undone.test(name)) ask.note('warning', `${name} is not supported: left out`);
  const token = tokenFile ?? context.get('ONEGATE_TOKEN');
  const script = startScript(ask, context);
  return {
    id: idOf(context, ask.facts.platform.uuid),
    datasource: 'opennebula',
    hostname: hostnameOf(first('SET_HOSTNAME', 'HOSTNAME', 'PUBLIC_IP', 'IP_PUBLIC', 'ETH0_IP')),
    publicKeys: keyLines(first('SSH_KEY', 'SSH_PUBLIC_KEY', 'EC2_PUBLIC_KEY')),
    userData: userDataOf(ask, context),
    vendorData: script ? [script] : [],
    ...networkParts(readContextNetwork(context)),
    metadata: { meta_data: Object.fromEntries(context) },
    secrets: [...secretsIn(context), ...(token === undefined ? [] : [token])],
    ready: readyReport(ask, context, token),
  };
}

/** Returns the VM number, qualified by a hash of the OneGate endpoint: the number alone is unique only within one site. */
function idOf(context: ContextValues, uuid: string): string {
  const vm = context.get('VMID');
  const scope = context.get('ONEGATE_ENDPOINT') ?? '';
  if (vm === undefined) return uuid === '' ? 'iid-dsopennebula' : `one-${shortHash(uuid)}`;
  return scope === '' ? `one-${vm}` : `one-${shortHash(scope)}-${vm}`;
}

const shortHash = (text: string): string =>
  Buffer.from(sha256(Buffer.from(text)))
    .toString('hex')
    .slice(0, 8);

/** Returns the hostname without the second pair of quotes that some versions add; an address becomes "ip-10-0-0-5". */
function hostnameOf(value: string | undefined): string | undefined {
  const name = value?.trim().replace(/^"(.*)"$/, '$1');
  return name && /^\d+(?:\.\d+){3}$/.test(name) ? `ip-${name.replaceAll('.', '-')}` : name || undefined;
}

function userDataOf(ask: FetchContext, context: ContextValues): Uint8Array | undefined {
  const name = context.has('USER_DATA') ? 'USER_DATA' : 'USERDATA';
  const encoding = context.get('USERDATA_ENCODING') ?? context.get('USER_DATA_ENCODING');
  return encoding === 'base64' ? fromBase64In(ask, context, name) : asBytes(context.get(name));
}

/** Returns the start script of the VM template, to be used as vendor-data. */
function startScript(ask: FetchContext, context: ContextValues): Uint8Array | undefined {
  const encoded = context.has('START_SCRIPT_BASE64') ? fromBase64In(ask, context, 'START_SCRIPT_BASE64') : undefined;
  const script = encoded ? utf8(encoded) : context.get('START_SCRIPT');
  return asBytes(script === undefined || script.startsWith('#!') ? script : `#!/bin/bash\n${script}`);
}

const asBytes = (text: string | undefined): Uint8Array | undefined =>
  text === undefined ? undefined : new Uint8Array(Buffer.from(text));

function fromBase64In(ask: FetchContext, context: ContextValues, name: string): Uint8Array | undefined {
  const text = context.get(name);
  const bytes = text === undefined ? undefined : fromBase64(text);
  if (text !== undefined && !bytes) ask.note('warning', `${name}: invalid base64: left out`);
  return bytes;
}

const secretsIn = (context: ContextValues): readonly string[] =>
  [...context].filter(([name]) => /PASSWORD|TOKEN/.test(name)).map(([, value]) => value);

/** Returns the request that reports readiness to OneGate, if the context asks for it (`REPORT_READY`). */
function readyReport(ask: FetchContext, context: ContextValues, token: string | undefined): Instance['ready'] {
  const endpoint = context.get('ONEGATE_ENDPOINT');
  const vm = context.get('VMID');
  const asked = context.get('REPORT_READY')?.toUpperCase() === 'YES';
  if (!asked || endpoint === undefined || vm === undefined || token === undefined) return undefined;
  const gate = readyGate(context);
  if (gate && context.has('READY_SCRIPT_PATH') && context.has('READY_SCRIPT'))
    ask.note('warning', 'READY_SCRIPT is left out: READY_SCRIPT_PATH is set and takes precedence');
  return {
    url: `${endpoint.replace(/\/+$/, '')}/vm`,
    method: 'PUT',
    headers: { 'X-ONEGATE-TOKEN': token, 'X-ONEGATE-VMID': vm },
    body: 'READY=YES',
    ...(gate && { gate }),
  };
}

/** Returns the script that must exit with 0 before the report: a file of the machine, or its text, which may be base64. */
function readyGate(context: ContextValues): ReadyGate | undefined {
  const path = context.get('READY_SCRIPT_PATH');
  if (path !== undefined) return { name: 'READY_SCRIPT_PATH', script: shellQuoted(path) };
  const text = context.get('READY_SCRIPT');
  if (text === undefined) return undefined;
  // A single word such as "true" is valid base64 too: only what decodes to printable text is decoded.
  const bytes = fromBase64(text);
  const script = bytes && utf8(bytes);
  return { name: 'READY_SCRIPT', script: script !== undefined && /^[\t\n\r -~]+$/.test(script) ? script : text };
}
