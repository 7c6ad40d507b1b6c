import { type ConfigPart, mergeParts } from './merge.ts';
import { type Origin, readBytes } from './parts.ts';
import type { Finding } from './schema/decode.ts';
import { type Collected, collect } from './schema/findings.ts';
import { limits } from './schema/limits.ts';
import { type Mapping, nothing } from './schema/source-node.ts';

/** What the user-data asks for, whatever forms it came in. */
export interface UserData {
  /** Every part of cloud-config, merged. */
  readonly config: Mapping;
  /** What is to be run as it is, in its order. */
  readonly scripts: readonly Script[];
  readonly findings: readonly Finding[];
  /** What was taken off or fetched on the way, for people: "gzip", "base64". */
  readonly told: readonly string[];
  /** The text behind each source that a place may name, to show its lines. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface Script {
  readonly name: string;
  readonly content: string;
  readonly when: 'boothook' | 'boot' | 'instance' | 'once';
}

export interface ReadOptions {
  /** What places call it: "user-data", "vendor-data", a file's name. */
  readonly source: string;
  readonly launchIndex?: number | undefined;
  /** Fetches what an #include names; `once` for those that are kept for the life of the instance. */
  include?(url: string, once: boolean): Promise<Uint8Array>;
  /** What templates may name. Without it, a template is read with its variables as they stand. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** What the reading of one user-data gathers. */
export interface Reading {
  readonly options: ReadOptions;
  readonly findings: Collected;
  readonly configs: ConfigPart[];
  readonly scripts: Script[];
  readonly told: string[];
  readonly sources: Map<string, string>;
  /** How much of what is limited was taken so far. */
  readonly taken: {
    bytes: number;
    parts: number;
    named: number;
    includes: number;
    values: number;
    marks: number;
    aliases: number;
  };
}

/**
 * Reads user-data of every form. It throws for no content whatever: each fault is a finding, and costs the part it
 * stands in, not the others.
 */
export async function readUserData(bytes: Uint8Array | undefined, options: ReadOptions): Promise<UserData> {
  const findings = collect('bad-user-data');
  const reading: Reading = {
    options,
    findings,
    configs: [],
    scripts: [],
    told: [],
    sources: new Map(),
    taken: { bytes: 0, parts: 0, named: 0, includes: 0, values: 0, marks: 0, aliases: 0 },
  };
  const origin: Origin = { source: options.source, line: 1, depth: 0 };
  if (bytes && bytes.length > limits.bytes) {
    findings.error('', { source: options.source, line: 1, column: 1 }, `more than ${limits.bytes} bytes`);
  } else if (bytes && bytes.length > 0) await readBytes(bytes, origin, reading);
  const config = reading.configs.length > 0 ? mergeParts(reading.configs, findings) : nothing;
  const { scripts, told, sources } = reading;
  return { config, scripts, findings: findings.found, told, sources };
}
