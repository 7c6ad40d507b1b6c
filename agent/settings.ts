import type { Instance } from './datasource.ts';
import type { Script } from './module.ts';
import type { Finding } from './userdata/decode.ts';
import { type Mapping, nothing } from './userdata/written.ts';
import { variablesOf } from './variables.ts';

/** All that was written for this machine, in one. */
export interface Settings {
  readonly config: Mapping;
  readonly scripts: readonly Script[];
  readonly findings: readonly Finding[];
  /** What was peeled and passed over, for people. */
  readonly told: readonly string[];
}

/** Lays the image's configuration, vendor-data and user-data over each other; the reader of YAML is loaded when there is some. */
export async function readSettings(
  instance: Instance | undefined,
  image: readonly Mapping[],
  include?: (url: string) => Promise<Uint8Array>,
): Promise<Settings> {
  const parts = [
    ...(instance?.vendorData ?? []).map((bytes) => ['vendor-data', bytes] as const),
    ['user-data', instance?.userData] as const,
  ];
  const given = parts.filter(([, bytes]) => bytes !== undefined && bytes.length > 0);
  if (given.length === 0 && image.length <= 1)
    return { config: image[0] ?? nothing, scripts: [], findings: [], told: [] };
  const { readUserData } = await import('./userdata/read.ts');
  const { mergeLayers } = await import('./userdata/merge.ts');
  const read = [];
  for (const [source, bytes] of given) {
    read.push(
      await readUserData(bytes, {
        source,
        ...(instance?.launchIndex !== undefined && { launchIndex: instance.launchIndex }),
        ...(include && { include }),
        ...(instance && { variables: variablesOf(instance) }),
      }),
    );
  }
  return {
    config: mergeLayers([...image, ...read.map(({ config }) => config)]),
    scripts: read.flatMap(({ scripts }) => scripts),
    findings: read.flatMap(({ findings }) => findings),
    told: read.flatMap(({ told }) => told),
  };
}
