// Format: OVF environment (DSP0243, chapter 9), https://www.dmtf.org/dsp/DSP0243
import type { FetchContext, Instance } from '../metadata/datasource.ts';
import { keyLines } from '../metadata/key-lines.ts';
import { badMetadata } from '../metadata/tree.ts';
import { fromBase64 } from './declared-values.ts';
import { elementsNamed, readXml } from './xml.ts';

/** The properties of a virtual appliance that are used; others belong to the appliance. */
const used = ['instance-id', 'hostname', 'public-keys', 'user-data', 'seedfrom', 'password'] as const;

/** Returns the properties of an OVF environment by name, without empty ones. */
function propertiesIn(text: string, where: string): ReadonlyMap<string, string> {
  const root = readXml(text);
  if (typeof root === 'string') throw badMetadata(where, `no valid XML: ${root}`);
  if (root.name !== 'Environment') throw badMetadata(where, `<${root.name}> where <Environment> was expected`);
  const entries = elementsNamed(root, 'Property').map(
    ({ attributes }) => [attributes.get('key') ?? '', attributes.get('value') ?? ''] as const,
  );
  return new Map(entries.filter(([key, value]) => key !== '' && value !== ''));
}

/** Whether an OVF environment identifies an instance: most appliances have only properties of their own. */
export function describesInstance(text: string): boolean {
  const root = readXml(text);
  return (
    typeof root === 'object' &&
    elementsNamed(root, 'Property').some(({ attributes }) => used.some((name) => name === attributes.get('key')))
  );
}

/** Returns the instance of an OVF environment; undefined if it has none of the properties that are used. */
export function instanceInOvf(ask: FetchContext, text: string, where: string): Instance | undefined {
  const properties = propertiesIn(text, where);
  if (!used.some((name) => properties.has(name))) return undefined;
  const encoded = properties.get('user-data');
  const userData = encoded === undefined ? undefined : fromBase64(encoded);
  if (encoded !== undefined && userData === undefined)
    ask.note('warning', `${where}: "user-data": invalid base64: left out`);
  for (const name of ['password', 'seedfrom'])
    if (properties.has(name)) ask.note('warning', `${where}: "${name}" is not supported: left out`);
  const shown = [...properties].filter(([name]) => !/password|user-data/i.test(name));
  const secrets = [...properties].filter(([name]) => /password/i.test(name)).map(([, value]) => value);
  return {
    id: properties.get('instance-id')?.trim() || ask.facts.platform.uuid || 'vmware',
    datasource: 'vmware',
    hostname: properties.get('hostname')?.trim() || undefined,
    publicKeys: keyLines(properties.get('public-keys')),
    userData,
    vendorData: [],
    metadata: { meta_data: Object.fromEntries(shown) },
    secrets,
  };
}
