import { type Collected, collect } from '../../agent/userdata/schema/findings.ts';
import type { Finding } from '../../agent/userdata/schema/shape.ts';
import { type SourceNode, told } from '../../agent/userdata/schema/source-node.ts';
import { readYaml } from '../../agent/userdata/yaml/read-yaml.ts';

/** Converts a source node to plain JSON, with special texts for what JSON cannot represent. */
export function plain(written: SourceNode): unknown {
  if (written.is === 'list') return written.items.map(plain);
  if (written.is === 'mapping') {
    return Object.fromEntries([...written.entries].map(([key, { value }]) => [key, plain(value)]));
  }
  const { value } = written;
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (typeof value === 'bigint') return { $int: String(value) };
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { $float: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' };
  }
  return value;
}

/** Returns the source node of a YAML text, and the findings in it. */
export function yaml(text: string): { readonly written: SourceNode | undefined; readonly findings: Collected } {
  const findings = collect('bad-user-data');
  return { written: readYaml(text, 'user-data', findings), findings };
}

/** Formats a finding as one line, as it is reported. */
export const line = ({ place, level, at, message }: Finding): string =>
  `${told(place)} ${level}: ${at ? `${at}: ` : ''}${message}`;
