import type { FetchContext, Instance } from '../metadata/datasource.ts';
import { type Service, serviceFor } from '../metadata/endpoint.ts';
import { httpTree } from '../metadata/http-tree.ts';
import { keyLines } from '../metadata/key-lines.ts';
import { sessionWith } from '../metadata/session.ts';
import { asObject, badMetadata, idAt, jsonAt, notId, type Tree, textAt, unlessRubbish } from '../metadata/tree.ts';
import type { Declaration, DocumentFields, Keys, Parts } from './declaration.ts';
import { bytesIn, fieldOf, textIn, type Values } from './declared-values.ts';
import { networkParts } from './network-fields.ts';

/** Reads the instance from a service that is declared as data; undefined if the service does not know the instance. */
export async function readDeclared(
  ask: FetchContext,
  declared: Declaration,
  datasource: string,
): Promise<Instance | undefined> {
  const { service, tree } = await connect(ask, declared);
  const document = declared.document ? await readDocument(tree, declared.document) : {};
  const from = declared.document?.path ?? '/';
  if (!document) {
    ask.note('warning', `${tree.where(from)}: not there, so the service does not know this instance`);
    return undefined;
  }
  const values: Values = { ask, tree, document, from };
  const id = await idIn(values, declared.id);
  if (id === undefined) {
    ask.note('warning', `${service.where('/')}: answers, but knows no instance-id`);
    return undefined;
  }
  const parts: Parts = { ask, service, tree, document };
  const { lines, byUser } = await keysOf(values, parts, declared.keys);
  const userData = await bytesIn(values, declared.userData);
  const vendorData = await bytesIn(values, declared.vendorData);
  const [hostname, zone, region] = [
    await textIn(values, declared.hostname),
    await textIn(values, declared.zone),
    await textIn(values, declared.region),
  ];
  const network = declared.network?.(document, ask.facts);
  const instance: Instance = {
    id,
    datasource,
    hostname,
    ...(zone !== undefined && { zone }),
    ...(region !== undefined && { region }),
    publicKeys: lines,
    ...(byUser && Object.keys(byUser).length > 0 && { userKeys: byUser }),
    userData,
    vendorData: vendorData ? [vendorData] : [],
    ...(network && networkParts(network)),
    metadata: {
      meta_data: { 'instance-id': id, ...(hostname !== undefined && { 'local-hostname': hostname }), ...document },
    },
    secrets: (declared.secrets ?? []).flatMap((field) => secretIn(fieldOf(document, field))),
  };
  return declared.complete ? declared.complete(instance, parts) : instance;
}

/** Reads one more value of a path tree, by its name below the folder of the metadata. */
export async function readDeclaredValue(
  ask: FetchContext,
  declared: Declaration,
  path: string,
): Promise<string | undefined> {
  if (declared.folder === undefined) return undefined;
  const { tree } = await connect(ask, declared);
  return textAt(tree, `${declared.folder}${path}`);
}

/** Returns the service and its tree, with a token where the service issues one. */
async function connect(ask: FetchContext, declared: Declaration): Promise<{ service: Service; tree: Tree }> {
  const service = serviceFor(ask, declared.endpoints);
  const { headers = {}, token, from, answersWith } = declared;
  const headersFor = typeof headers === 'function' ? headers : () => headers;
  const session = token && sessionWith(service, token);
  await session?.renew();
  const tree = httpTree(ask, service, '', {
    headers: (path) => ({ ...headersFor(path), ...session?.headers() }),
    ...(session && { renew: session.renew }),
    ...(from && { from }),
    ...(answersWith && { answersWith }),
  });
  return { service, tree };
}

async function readDocument(
  tree: Tree,
  { path, format }: NonNullable<Declaration['document']>,
): Promise<DocumentFields | undefined> {
  if (format === 'json') return jsonAt(tree, path);
  const { yamlIn } = await import('./metadata-yaml.ts');
  const value = await yamlIn(tree, path, (found) => (asObject(found) ? undefined : 'no YAML mapping'));
  return asObject(value);
}

/** Returns the instance-id. A document without a valid one is a problem; a path without one means an unknown instance. */
async function idIn({ tree, document, from }: Values, at: string): Promise<string | undefined> {
  if (at.startsWith('/')) return idAt(tree, at);
  const value = fieldOf(document, at);
  const id = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  if (id === '') throw badMetadata(tree.where(from), `no "${at}" in it, so it identifies no instance`);
  const wrong = notId(id);
  if (wrong !== undefined) throw badMetadata(tree.where(from), `"${at}" is ${wrong}`);
  return id;
}

async function keysOf(values: Values, parts: Parts, keys: Declaration['keys']): Promise<Keys> {
  const { ask, tree, document, from } = values;
  if (typeof keys === 'function') return (await unlessRubbish(ask, tree, () => keys(parts))) ?? { lines: [] };
  if (keys === undefined) return { lines: [] };
  const value = fieldOf(document, keys);
  if (typeof value === 'number' || typeof value === 'boolean')
    ask.note('warning', `${tree.where(from)}: "${keys}" has no keys: it is a ${typeof value}`);
  return { lines: keyLines(value) };
}

const secretIn = (value: unknown): readonly string[] => (typeof value === 'string' && value !== '' ? [value] : []);
