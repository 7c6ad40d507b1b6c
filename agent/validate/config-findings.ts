import type { Module } from '../engine/module.ts';
import type { Script } from '../userdata/schema/script.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping } from '../userdata/schema/source-node.ts';
import { unreadDatasourceSettings } from './datasource-settings.ts';
import { unknownKeys } from './keys.ts';
import { placeholders } from './placeholders.ts';
import type { Lines } from './walk-scalars.ts';

/** Returns the findings that belong to no module, which a boot and `validate` both report. */
export const configFindings = (
  config: Mapping,
  scripts: readonly Script[],
  modules: readonly Module[],
  texts: Lines = new Map(),
): readonly Finding[] => [
  ...unknownKeys(config, modules),
  ...unreadDatasourceSettings(config),
  ...placeholders(config, scripts, texts),
];
