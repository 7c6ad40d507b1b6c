// Format: NoCloud, https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html
import type { FetchContext } from '../metadata/datasource.ts';
import { asObject, bytesAt, type Tree, unlessRubbish } from '../metadata/tree.ts';

/** The content of one seed. */
export interface Seed {
  /** Where it was found, for messages. */
  readonly from: string;
  readonly metaData: Readonly<Record<string, unknown>>;
  readonly userData?: Uint8Array | undefined;
  readonly vendorData?: Uint8Array | undefined;
  readonly networkConfig?: unknown;
  /** Why a network-config that exists is not used. */
  readonly networkLeftOut?: readonly string[];
}

/** Reads the four files of a seed; undefined without meta-data. */
export async function readSeed(ask: FetchContext, tree: Tree, from: string): Promise<Seed | undefined> {
  const { yamlIn } = await import('./metadata-yaml.ts');
  const metaData = await yamlIn(tree, 'meta-data');
  if (metaData === undefined) return undefined;
  const networkLeftOut: string[] = [];
  const askNetwork = { ...ask, note: (_: unknown, text: string) => void networkLeftOut.push(text) };
  const file = (name: string) => unlessRubbish(ask, tree, () => bytesAt(tree, name));
  return {
    from,
    metaData: asObject(metaData) ?? {},
    userData: await file('user-data'),
    vendorData: await file('vendor-data'),
    networkConfig: await unlessRubbish(askNetwork, tree, () => yamlIn(tree, 'network-config')),
    networkLeftOut,
  };
}

/** Merges seeds in the order they were found: for each metadata key the first seed wins, for each other file the last. */
export const merged = (seeds: readonly Seed[]): Seed =>
  seeds.reduce((earlier, later) => ({
    from: `${earlier.from}, ${later.from}`,
    metaData: { ...later.metaData, ...earlier.metaData },
    userData: later.userData ?? earlier.userData,
    vendorData: later.vendorData ?? earlier.vendorData,
    networkConfig: later.networkConfig ?? earlier.networkConfig,
    networkLeftOut: [...(earlier.networkLeftOut ?? []), ...(later.networkLeftOut ?? [])],
  }));

/** Reads the seed that the settings of the image hold inline, under `datasource: {NoCloud: {...}}`. */
export async function inlineSeed(settings: Readonly<Record<string, unknown>>): Promise<Seed | undefined> {
  const text = (key: string): Uint8Array | undefined =>
    typeof settings[key] === 'string' ? new TextEncoder().encode(settings[key]) : undefined;
  const [metaData, userData] = [settings['meta-data'], text('user-data')];
  if (metaData === undefined && userData === undefined) return undefined;
  const { yamlAt } = await import('./metadata-yaml.ts');
  const from = 'the settings of the image';
  const read = typeof metaData === 'string' ? yamlAt(metaData, from) : metaData;
  return { from, metaData: asObject(read) ?? {}, userData, vendorData: text('vendor-data') };
}
