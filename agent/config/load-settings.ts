import type { Problem } from '../base/problem.ts';
import type { ReadHost } from '../host/host.ts';
import type { Instance } from '../metadata/datasource.ts';
import type { Store } from '../state/store.ts';
import { admitIncluded, admittedBy } from './admit-user-data.ts';
import { cached } from './cache.ts';
import { includeFetcher } from './fetch-include.ts';
import { type Layer, readLayers } from './layers.ts';
import { readSettings, type SettingsOf } from './settings.ts';
import { type UserDataPolicy, userDataPolicy } from './user-data-policy.ts';

export interface SettingsSources {
  readonly version: string;
  /** The configuration files of the image. */
  readonly layers: readonly Layer[];
  /** Caches the settings of the last read. */
  readonly store: Store;
  readonly host: ReadHost;
  warn(problem: Problem): void;
}

/** Returns a loader for the settings of an instance on this machine. */
export function settingsLoader({ version, layers, store, host, warn }: SettingsSources): SettingsOf {
  let policy: Promise<UserDataPolicy | undefined> | undefined;
  return async (found) => {
    policy ??= userDataPolicy(layers, host, warn);
    const demands = await policy;
    const { instance, findings, told } = admittedBy(demands, found, host.clock());
    // Signatures are checked at every run, outside the cache, as the validity of a signer may have ended.
    const settings = await cached(sourcesOf(version, layers, instance), store, async () => {
      const image = await readLayers(layers, warn);
      const fetched = includeFetcher(host);
      const include = async (url: string): Promise<Uint8Array> => {
        const body = await fetched(url);
        return demands ? admitIncluded(body, demands, host.clock()) : body;
      };
      return readSettings(instance, image, { include, policy: demands });
    });
    return { ...settings, findings: [...findings, ...settings.findings], told: [...told, ...settings.told] };
  };
}

/** Returns everything that settings are made from, as plain data for the cache key. */
function sourcesOf(version: string, layers: readonly Layer[], instance: Instance | undefined): readonly unknown[] {
  const given = [...(instance?.vendorData ?? []), instance?.userData ?? new Uint8Array()];
  return [
    version,
    layers,
    { ...instance, userData: undefined, vendorData: undefined },
    given.map((each) => Buffer.from(each).toString('base64')),
  ];
}
