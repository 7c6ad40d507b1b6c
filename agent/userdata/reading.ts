import type { ConfigPart } from './merge.ts';
import type { Collected } from './schema/findings.ts';
import type { Script } from './schema/script.ts';
import type { Finding } from './schema/shape.ts';
import type { Mapping, SourceNode } from './schema/source-node.ts';

/** The content of the user-data, whatever its format. */
export interface UserData {
  /** Every part of cloud-config, merged. */
  readonly config: Mapping;
  /** The scripts to run unchanged, in their order. */
  readonly scripts: readonly Script[];
  readonly findings: readonly Finding[];
  /** The steps of reading, for display: removed layers ("gzip", "base64"), templates, fetched URLs. */
  readonly told: readonly string[];
  /** The text of each source that a location may name, to show its lines. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface ReadOptions {
  /** The source name in locations: "user-data", "vendor-data" or a file name. */
  readonly source: string;
  readonly launchIndex?: number | undefined;
  /** Fetches a URL of an #include; with `once`, the result is kept for the life of the instance. */
  include?(url: string, once: boolean): Promise<Uint8Array>;
  /** The variables of templates. Without them, each variable is replaced by its own name. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** The state of reading one user-data. */
export interface Reading {
  readonly options: ReadOptions;
  readonly findings: Collected;
  readonly configs: ConfigPart[];
  readonly scripts: Script[];
  readonly told: string[];
  readonly sources: Map<string, string>;
  /** Reads bytes found inside a part: what an #include fetched. */
  readonly readBytes: (packed: Uint8Array, origin: Origin, reading: Reading) => Promise<void>;
  /** Reads a part found inside a part: in an archive or a template. */
  readonly readPart: (part: Part, reading: Reading) => Promise<void>;
  /** Counters, most of them restricted by `limits`. */
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

/** Where a piece of user-data comes from, and its nesting depth. */
export interface Origin {
  readonly source: string;
  /** The line of the source that it begins on. */
  readonly line: number;
  readonly depth: number;
}

/** One decoded part, with the attributes that its container gives it. */
export interface Part {
  readonly type: string;
  /** Its file name, if it has one. */
  readonly name: string | undefined;
  readonly text: string;
  readonly origin: Origin;
  readonly launchIndex?: string | undefined;
  readonly mergeType?: string | undefined;
}

/** Parses the YAML of a part. */
export const yamlOf = async (part: Part, { findings, taken }: Reading): Promise<SourceNode | undefined> =>
  // Imported only when there is YAML to read: the import takes most of the reading time.
  (await import('./yaml/read-yaml.ts')).readYaml(part.text, part.origin.source, findings, {
    line: part.origin.line,
    taken,
  });

/** Whether a part with this launch index is for this instance of its group. */
export const isForUs = (wanted: string | undefined, { options }: Reading): boolean =>
  wanted === undefined || options.launchIndex === undefined || Number(wanted) === options.launchIndex;
