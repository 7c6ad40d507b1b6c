import { hidden } from '../base/shown-url.ts';
import type { UserData } from '../userdata/reading.ts';
import { type SourceNode, told } from '../userdata/schema/source-node.ts';
import type { Scrubber } from './scrub.ts';

/** Returns a configuration as plain data without secrets. The contents of files are left out: any of them may be one. */
export function shownConfig(node: SourceNode, scrub: Scrubber): unknown {
  return scrub.value(plain(node));
}

function plain(node: SourceNode): unknown {
  if (node.is === 'scalar') return node.raw;
  if (node.is === 'list') return node.items.map(plain);
  return Object.fromEntries(
    [...node.entries].map(([key, { value }]) => [
      key,
      key === 'content' && value.is === 'scalar' ? omitted(value.raw) : plain(value),
    ]),
  );
}

const omitted = (text: string): string => `${hidden} ${Buffer.byteLength(text)} bytes`;

/** Returns user-data as plain data: its settings, its scripts by name and size, and what is wrong with it. */
export function shownUserData({ config, scripts, findings, told: steps }: UserData, scrub: Scrubber): unknown {
  return {
    steps: steps.map(scrub.text),
    config: shownConfig(config, scrub),
    scripts: scripts.map(({ name, when, content }) => ({ name: scrub.text(name), when, content: omitted(content) })),
    findings: findings.map(({ level, at, place, message }) => ({
      level,
      at: scrub.text(at),
      place: told(place),
      message: scrub.text(message),
    })),
  };
}
