import type { ConfigPart } from './merge.ts';
import type { Collected } from './schema/findings.ts';
import type { Script } from './schema/script.ts';
import type { Finding } from './schema/shape.ts';
import type { Mapping, SourceNode } from './schema/source-node.ts';

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
  /** Reads bytes found inside a part: what an #include fetched. */
  readonly readBytes: (packed: Uint8Array, origin: Origin, reading: Reading) => Promise<void>;
  /** Reads a part found inside a part: an archive's, a template's. */
  readonly readPart: (part: Part, reading: Reading) => Promise<void>;
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

/** Where a piece of user-data came from, and how deep in others it lay. */
export interface Origin {
  readonly source: string;
  /** The line of the source that it begins on. */
  readonly line: number;
  readonly depth: number;
}

/** One part, unpacked, with what its wrapping said of it. */
export interface Part {
  readonly type: string;
  /** The name it was given, if any. */
  readonly name: string | undefined;
  readonly text: string;
  readonly origin: Origin;
  readonly launchIndex?: string | undefined;
  readonly mergeType?: string | undefined;
}

/** The YAML of a part, read when there is some. */
export const yamlOf = async (part: Part, { findings, taken }: Reading): Promise<SourceNode | undefined> =>
  // Loaded only when there is YAML to read: most of the time that reading takes is this.
  (await import('./yaml/read-yaml.ts')).readYaml(part.text, part.origin.source, findings, {
    line: part.origin.line,
    taken,
  });

/** Whether a part that is for one instance of a group is for this one. */
export const isForUs = (wanted: string | undefined, { options }: Reading): boolean =>
  wanted === undefined || options.launchIndex === undefined || Number(wanted) === options.launchIndex;
