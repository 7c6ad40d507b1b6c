import type { Problem } from '../base/problem.ts';
import type { ReadHost } from '../host/host.ts';
import type { Instance } from '../metadata/datasource.ts';
import type { Store } from '../state/store.ts';
import { cached } from './cache.ts';
import { includeFetcher } from './fetch-include.ts';
import { type Layer, readLayers } from './layers.ts';
import { readSettings, type SettingsOf } from './settings.ts';

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
  return (instance) =>
    cached(sourcesOf(version, layers, instance), store, async () => {
      const image = await readLayers(layers, warn);
      return readSettings(instance, image, includeFetcher(host));
    });
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
