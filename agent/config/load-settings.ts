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
  /** What the image says. */
  readonly layers: readonly Layer[];
  /** Keeps them as they were last read. */
  readonly store: Store;
  readonly host: ReadHost;
  warn(problem: Problem): void;
}

/** The settings of an instance on this machine. */
export function settingsLoader({ version, layers, store, host, warn }: SettingsSources): SettingsOf {
  let policy: Promise<UserDataPolicy | undefined> | undefined;
  return async (found) => {
    policy ??= userDataPolicy(layers, host, warn);
    const demands = await policy;
    const { instance, findings, told } = admittedBy(demands, found, host.clock());
    // A signature is checked at every run, as its signer's time may be over.
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

/** All that settings are made from, as text. */
function sourcesOf(version: string, layers: readonly Layer[], instance: Instance | undefined): readonly unknown[] {
  const given = [...(instance?.vendorData ?? []), instance?.userData ?? new Uint8Array()];
  return [
    version,
    layers,
    { ...instance, userData: undefined, vendorData: undefined },
    given.map((each) => Buffer.from(each).toString('base64')),
  ];
}
