import { variablesOf } from '../identity/variables.ts';
import type { Instance } from '../metadata/datasource.ts';
import { imageFirstKeys, imageKeys } from '../userdata/cloud-init-keys.ts';
import type { Script } from '../userdata/schema/script.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import { type Mapping, nothing } from '../userdata/schema/source-node.ts';
import { limited } from './admit-user-data.ts';
import type { UserDataPolicy } from './user-data-policy.ts';

/** The merged settings of this machine. */
export interface Settings {
  readonly config: Mapping;
  readonly scripts: readonly Script[];
  readonly findings: readonly Finding[];
  /** Messages for users, such as encodings that were removed and parts that were not used. */
  readonly told: readonly string[];
}

/** Returns the settings of an instance; without one, those of the image alone. */
export type SettingsOf = (instance: Instance | undefined) => Promise<Settings>;

export const noSettings: Settings = { config: nothing, scripts: [], findings: [], told: [] };

/** Merges the image's configuration, vendor-data and user-data; the YAML reader is loaded only if there is any. */
export async function readSettings(
  instance: Instance | undefined,
  image: readonly Mapping[],
  {
    include,
    policy,
  }: {
    readonly include?: (url: string) => Promise<Uint8Array>;
    readonly policy?: UserDataPolicy | undefined;
  } = {},
): Promise<Settings> {
  const read = async (source: string, bytes: Uint8Array | undefined): Promise<Settings> => {
    if (bytes === undefined || bytes.length === 0) return noSettings;
    const { readUserData } = await import('../userdata/read-user-data.ts');
    const given = await readUserData(bytes, {
      source,
      ...(instance?.launchIndex !== undefined && { launchIndex: instance.launchIndex }),
      ...(include && { include }),
      ...(instance && { variables: variablesOf(instance) }),
    });
    const own = withoutImageKeys(given, image);
    return policy ? limited(own, policy) : own;
  };
  const user = await read(instance?.userDataFile ?? 'user-data', instance?.userData);
  const wanted = isVendorWelcome([...image, user.config]) ? (instance?.vendorData ?? []) : [];
  const parts: Settings[] = [];
  for (const bytes of wanted) parts.push(await read('vendor-data', bytes));
  parts.push(user);
  return {
    config: await merged([...image, ...parts.map(({ config }) => config)]),
    scripts: parts.flatMap(({ scripts }) => scripts),
    findings: parts.flatMap(({ findings }) => findings),
    told: parts.flatMap(({ told }) => told),
  };
}

/** Removes keys that only an image may set, such as those that limit user-data; each of them is reported. */
function withoutImageKeys(given: Settings, image: readonly Mapping[]): Settings {
  const isSet = (key: string): boolean => image.some(({ entries }) => entries.has(key));
  const closed = [...imageKeys, ...imageFirstKeys.filter(isSet)];
  const theirs = closed.flatMap((key) => {
    const entry = given.config.entries.get(key);
    return entry ? [{ at: key, place: entry.key }] : [];
  });
  if (theirs.length === 0) return given;
  const message = 'only the configuration of an image may set this key; it is ignored';
  const findings = theirs.map((each): Finding => ({ level: 'warning', code: 'unsupported', ...each, message }));
  const entries = new Map([...given.config.entries].filter(([key]) => !closed.includes(key)));
  return { ...given, config: { ...given.config, entries }, findings: [...given.findings, ...findings] };
}

async function merged(layers: readonly Mapping[]): Promise<Mapping> {
  const [first = nothing, ...more] = layers.filter(({ entries }) => entries.size > 0);
  if (more.length === 0) return first;
  const { mergeLayers } = await import('../userdata/merge.ts');
  return mergeLayers([first, ...more]);
}

/** Returns whether vendor-data is used: `vendor_data: {enabled: false}` in the image or the user-data rejects it. */
function isVendorWelcome(layers: readonly Mapping[]): boolean {
  const said = layers.flatMap(({ entries }) => {
    const written = entries.get('vendor_data')?.value;
    return written?.is === 'mapping' ? [written.entries.get('enabled')?.value] : [];
  });
  const last = said.findLast((each) => each !== undefined);
  return !(last?.is === 'scalar' && ['false', 'no', 'off', '0'].includes(last.raw.toLowerCase()));
}
