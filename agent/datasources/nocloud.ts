import type { Asking, Datasource, Instance, Settings } from '../datasource.ts';
import { type Drive, drivesLabelled } from '../drives/index.ts';
import type { Facts } from '../facts.ts';
import type { ReadHost } from '../host/host.ts';
import { asProblem } from '../problem.ts';
import { keysIn } from './ec2-tree.ts';
import { folderTree, volumeTree } from './folder.ts';
import { httpTree } from './http-tree.ts';
import { readNetworkConfig } from './network-config.ts';
import { type SeedLine, seedLines, withFirmwareNames } from './nocloud-line.ts';
import { inlineSeed, merged, readSeed, type Seed } from './nocloud-seed.ts';
import { serviceAt } from './service.ts';
import { asObject, asText, badMetadata } from './tree.ts';

/** The folders that hold a seed, the first that does being the one. */
export const seedFolders: readonly string[] = [
  '/var/lib/cloud/seed/nocloud',
  '/var/lib/cloud/seed/nocloud-net',
  '/var/lib/bootagent/seed',
];

/** Files that somebody put on the machine: a seed folder, a labelled disk, a tree that the kernel command line names. */
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

/** The same where the seed's tree lies on the network. */
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

interface Places {
  readonly lines: readonly SeedLine[];
  readonly folder: string | undefined;
  readonly inline: Settings | undefined;
  readonly drives: readonly Drive[];
  /** A tree that replaces what the others say, if any of them points to one. */
  readonly seedfrom: string | undefined;
}

async function look(facts: Facts, host: ReadHost, settings: Settings, seed?: string): Promise<Places> {
  if (seed !== undefined) return { lines: [], folder: seed, inline: undefined, drives: [], seedfrom: undefined };
  const lines = await seedLines(facts.platform, host);
  const label = typeof settings.fs_label === 'string' ? settings.fs_label.toUpperCase() : 'CIDATA';
  const configured = asText(settings.seedfrom);
  const inline = settings['meta-data'] !== undefined || settings['user-data'] !== undefined ? settings : undefined;
  return {
    lines,
    folder: await seedFolder(host),
    inline,
    drives: await drivesLabelled(host, label),
    seedfrom: configured
      ? await withFirmwareNames(configured, facts.platform, host)
      : lines.find(({ seedfrom }) => seedfrom !== undefined)?.seedfrom,
  };
}

async function seedFolder(host: ReadHost): Promise<string | undefined> {
  for (const folder of seedFolders) if (await host.stat(`${folder}/meta-data`)) return folder;
  return undefined;
}

function placesIn({ lines, folder, inline, drives, seedfrom }: Places): string | undefined {
  const found = [
    ...lines.map(({ from }) => `${from} names a seed`),
    ...(folder === undefined ? [] : [`there is ${folder}/meta-data`]),
    ...(inline
      ? ['the settings hold a seed']
      : seedfrom !== undefined && lines.length === 0
        ? ['the settings name a seed']
        : []),
    ...drives.map(({ path, volume }) => `${path} is labelled ${volume.labels.join(', ')}`),
  ];
  return found.length === 0 ? undefined : found.join('; ');
}

const isRemote = (seedfrom: string | undefined): boolean => /^https?:\/\//i.test(seedfrom ?? '');

/** Everything the places say, each bad one left out and told. */
async function gather(ask: Asking, { lines, folder, inline, drives, seedfrom }: Places): Promise<Instance | undefined> {
  const seeds: Seed[] = lines.map(({ from, metaData }) => ({ from, metaData }));
  const add = async (read: () => Promise<Seed | undefined>): Promise<void> => {
    try {
      seeds.push(...[(await read()) ?? []].flat());
    } catch (error) {
      ask.note('warning', `${asProblem(error).message}: not a valid seed, left out`);
    }
  };
  if (folder !== undefined) await add(() => readSeed(folderTree(ask.host, folder), folder));
  if (inline) await add(() => inlineSeed(inline));
  for (const { path, volume } of drives) await add(() => readSeed(volumeTree(volume, path), path));
  if (seedfrom !== undefined) {
    const tree = await readSeedFrom(ask, seedfrom);
    if (!tree) return undefined;
    seeds.push(tree);
  }
  return seeds.length === 0 ? undefined : instanceOf(ask, merged(seeds));
}

/** The tree that a seed points to. Where it cannot be had there is no seed at all: the rest stands on it. */
async function readSeedFrom(ask: Asking, url: string): Promise<Seed | undefined> {
  const local = /^(?:file:\/\/)?(\/.*)$/.exec(url)?.[1];
  if (local !== undefined) return readSeed(folderTree(ask.host, local), local);
  if (!isRemote(url))
    throw badMetadata(url, 'no place a seed can be fetched from: a path, file://, http:// and https:// are');
  const place = url.replace(/\/+$/, '');
  const seed = await readSeed(httpTree(ask, serviceAt(ask, [place]), '/'), place);
  if (!seed) ask.note('warning', `${place}/meta-data: not there, so this is no seed`);
  return seed;
}

function instanceOf(ask: Asking, { metaData, userData, vendorData, networkConfig }: Seed): Instance {
  const { interfaces, leftOut } =
    networkConfig === undefined || networkConfig === null
      ? { interfaces: undefined, leftOut: [] }
      : readNetworkConfig(networkConfig, ask.facts);
  for (const sentence of leftOut) ask.note('warning', sentence);
  return {
    id: idOf(metaData['instance-id']) ?? 'nocloud',
    datasource: 'nocloud',
    hostname: asText(metaData['local-hostname']),
    publicKeys: keysIn(keyLines(metaData['public-keys'])),
    userData,
    vendorData: vendorData ? [vendorData] : [],
    ...(interfaces && { network: interfaces }),
    metadata: { meta_data: metaData },
    secrets: [],
  };
}

const idOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim() || undefined : undefined;

/** Keys as a text, a list, or a mapping from names. */
function keyLines(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split('\n');
  if (Array.isArray(value)) return value.flatMap(keyLines);
  return Object.values(asObject(value) ?? {}).flatMap(keyLines);
}
