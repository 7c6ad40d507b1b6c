import { hidden } from '../base/shown-url.ts';
import type { UserData } from '../userdata/reading.ts';
import { type SourceNode, told } from '../userdata/schema/source-node.ts';

/** Returns a configuration as plain data, still to be scrubbed. The contents of files are left out: any may be a secret. */
export function shownConfig(node: SourceNode): unknown {
  if (node.is === 'scalar') return node.raw;
  if (node.is === 'list') return node.items.map(shownConfig);
  return Object.fromEntries(
    [...node.entries].map(([key, { value }]) => [
      key,
      key === 'content' && value.is === 'scalar' ? omitted(value.raw) : shownConfig(value),
    ]),
  );
}

const omitted = (text: string): string => `${hidden} ${Buffer.byteLength(text)} bytes`;

/** Returns user-data as plain data, still to be scrubbed: its settings, its scripts by name and size, its findings. */
export function shownUserData({ config, scripts, findings, told: steps }: UserData): unknown {
  return {
    steps,
    config: shownConfig(config),
    scripts: scripts.map(({ name, when, content }) => ({ name, when, content: omitted(content) })),
    findings: findings.map(({ level, at, place, message }) => ({ level, at, place: told(place), message })),
  };
}
