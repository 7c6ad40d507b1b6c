import { type Mapping, toJs } from '../userdata/schema/source-node.ts';

/** Returns the names in `datasource_list` of the image; undefined if it has none. */
export function datasourceNames({ entries }: Mapping): string[] | undefined {
  const node = entries.get('datasource_list')?.value;
  if (node?.is === 'scalar' && node.value !== null) return [node.raw];
  return node?.is === 'list' ? node.items.flatMap((each) => (each.is === 'scalar' ? [each.raw] : [])) : undefined;
}

/** Returns `datasource: {Ec2: {...}}` as plain values. */
export function datasourceSettings({ entries }: Mapping): Record<string, Record<string, unknown>> {
  const node = entries.get('datasource')?.value;
  if (node?.is !== 'mapping') return {};
  const plain = toJs(node) as Record<string, unknown>; // a mapping becomes a record
  return Object.fromEntries(Object.entries(plain).flatMap(([name, own]) => (isRecord(own) ? [[name, own]] : [])));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
