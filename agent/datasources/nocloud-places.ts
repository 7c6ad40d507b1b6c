import { ownPaths } from '../base/own-paths.ts';
import { type Drive, drivesLabelled } from '../block/drives.ts';
import type { Facts } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';
import type { DatasourceSettings } from '../metadata/datasource.ts';
import { asText } from '../metadata/tree.ts';
import { type SeedLine, seedLines, withFirmwareNames } from './nocloud-line.ts';

/** Directories that may hold a seed; the first that has meta-data is used. */
const seedFolders: readonly string[] = [
  '/var/lib/cloud/seed/nocloud',
  '/var/lib/cloud/seed/nocloud-net',
  ownPaths.seed,
];

/** All places where a seed was found. */
export interface Places {
  readonly lines: readonly SeedLine[];
  readonly folder: string | undefined;
  readonly inline: DatasourceSettings | undefined;
  readonly drives: readonly Drive[];
  /** The path or URL of a further tree, if the settings or a seed line name one; its files replace those of other places. */
  readonly seedfrom: string | undefined;
}

/** Searches all places for a seed; if `seed` names a directory, only that one is used. */
export async function look(facts: Facts, host: ReadHost, settings: DatasourceSettings, seed?: string): Promise<Places> {
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

/** Returns the places as a text for messages; undefined if there are none. */
export function placesIn({ lines, folder, inline, drives, seedfrom }: Places): string | undefined {
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

/** Whether the tree is on the network. */
export const isRemote = (seedfrom: string | undefined): boolean => /^https?:\/\//i.test(seedfrom ?? '');
