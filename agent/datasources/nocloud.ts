import { asProblem } from '../base/problem.ts';
import type { Datasource, FetchContext, Instance } from '../metadata/datasource.ts';
import { serviceAt } from '../metadata/endpoint.ts';
import { folderTree, volumeTree } from '../metadata/folder-tree.ts';
import { httpTree } from '../metadata/http-tree.ts';
import { keyLines } from '../metadata/key-lines.ts';
import { asText, badMetadata } from '../metadata/tree.ts';
import { readNetworkConfig } from './network-config.ts';
import { isRemote, look, type Places, placesIn } from './nocloud-places.ts';
import { inlineSeed, merged, readSeed, type Seed } from './nocloud-seed.ts';

/** NoCloud with local files: a seed directory, a labelled disk, or a tree that the kernel command line names. */
export const nocloud: Datasource = {
  name: 'nocloud',
  alias: 'NoCloud',
  needs: 'disk',
  detect: async (facts, host, settings) => {
    const places = await look(facts, host, settings);
    return isRemote(places.seedfrom) ? undefined : placesIn(places);
  },
  fetch: async (ask) => {
    const places = await look(ask.facts, ask.host, ask.settings, ask.seed);
    return isRemote(places.seedfrom) ? undefined : gather(ask, places);
  },
};

/** NoCloud with a seed tree on the network. */
export const nocloudNet: Datasource = {
  ...nocloud,
  name: 'nocloud-net',
  needs: 'network',
  detect: async (facts, host, settings) => {
    const places = await look(facts, host, settings);
    return isRemote(places.seedfrom) ? placesIn(places) : undefined;
  },
  fetch: async (ask) => {
    const places = await look(ask.facts, ask.host, ask.settings);
    return isRemote(places.seedfrom) ? gather(ask, places) : undefined;
  },
};

/** Merges the seeds of all places; an invalid seed is reported and left out. */
async function gather(
  ask: FetchContext,
  { lines, folder, inline, drives, seedfrom }: Places,
): Promise<Instance | undefined> {
  const seeds: Seed[] = lines.map(({ from, metaData }) => ({ from, metaData }));
  const add = async (read: () => Promise<Seed | undefined>): Promise<void> => {
    try {
      seeds.push(...[(await read()) ?? []].flat());
    } catch (error) {
      ask.note('warning', `${asProblem(error).message}: not a valid seed, left out`);
    }
  };
  if (folder !== undefined) await add(() => readSeed(ask, folderTree(ask.host, folder), folder));
  if (inline) await add(() => inlineSeed(inline));
  for (const { path, volume } of drives) await add(() => readSeed(ask, volumeTree(volume, path), path));
  if (seedfrom !== undefined) {
    const tree = await readSeedFrom(ask, seedfrom);
    if (!tree) return undefined;
    seeds.push(tree);
  }
  return seeds.length === 0 ? undefined : instanceOf(ask, merged(seeds));
}

/** Reads the tree that a seed points to. If it is missing there is no seed at all: the other parts depend on it. */
async function readSeedFrom(ask: FetchContext, url: string): Promise<Seed | undefined> {
  const local = /^(?:file:\/\/)?(\/.*)$/.exec(url)?.[1];
  if (local !== undefined) return readSeed(ask, folderTree(ask.host, local), local);
  if (!isRemote(url))
    throw badMetadata(url, 'no place a seed can be fetched from: a path, file://, http:// and https:// are');
  const place = url.replace(/\/+$/, '');
  const seed = await readSeed(ask, httpTree(ask, serviceAt(ask, [place]), '/'), place);
  if (!seed) ask.note('warning', `${place}/meta-data is missing, so this is not a seed`);
  return seed;
}

function instanceOf(
  ask: FetchContext,
  { metaData, userData, vendorData, networkConfig, networkLeftOut = [] }: Seed,
): Instance {
  const { interfaces, leftOut: parts } =
    networkConfig === undefined || networkConfig === null
      ? { interfaces: undefined, leftOut: [] }
      : readNetworkConfig(networkConfig, ask.facts);
  const leftOut = [...networkLeftOut, ...parts];
  return {
    id: idOf(metaData['instance-id']) ?? 'nocloud',
    datasource: 'nocloud',
    hostname: asText(metaData['local-hostname']),
    publicKeys: keyLines(metaData['public-keys']),
    userData,
    vendorData: vendorData ? [vendorData] : [],
    ...(interfaces && { network: interfaces }),
    ...(leftOut.length > 0 && { networkLeftOut: leftOut }),
    metadata: { meta_data: metaData },
    secrets: [],
  };
}

const idOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim() || undefined : undefined;
