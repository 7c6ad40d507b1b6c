import { mergeParts } from './merge.ts';
import { readPart, readUserDataBytes } from './parts.ts';
import type { Origin, Reading, ReadOptions, UserData } from './reading.ts';
import { collect } from './schema/findings.ts';
import { limits } from './schema/limits.ts';
import { nothing } from './schema/source-node.ts';

/**
 * Reads user-data of every type. It never throws because of the content: each fault is a finding and costs only the
 * part that holds it.
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
    readBytes: readUserDataBytes,
    readPart,
    taken: { bytes: 0, parts: 0, named: 0, includes: 0, values: 0, marks: 0, aliases: 0 },
  };
  const origin: Origin = { source: options.source, line: 1, depth: 0 };
  if (bytes && bytes.length > limits.bytes) {
    findings.error('', { source: options.source, line: 1, column: 1 }, `more than ${limits.bytes} bytes`);
  } else if (bytes && bytes.length > 0) await readUserDataBytes(bytes, origin, reading);
  const config = reading.configs.length > 0 ? mergeParts(reading.configs, findings) : nothing;
  const { scripts, told, sources } = reading;
  return { config, scripts, findings: findings.found, told, sources };
}
