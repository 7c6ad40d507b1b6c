import { ownPaths } from '../base/own-paths.ts';
import { Problem } from '../base/problem.ts';
import type { ReadHost } from '../host/host.ts';
import { type AllowedSigners, readAllowedSigners } from '../resources/ssh/allowed-signers.ts';
import { mergeLayers } from '../userdata/merge.ts';
import { type Mapping, type SourceNode, told } from '../userdata/schema/source-node.ts';
import { type Layer, readLayers } from './layers.ts';

/** The image's requirements for user-data and vendor-data. */
export interface UserDataPolicy {
  /** The allowed signers; undefined: no signature is needed. */
  readonly signers: AllowedSigners | undefined;
  /** The allowed keys, and "scripts"; undefined: all. */
  readonly only: ReadonlySet<string> | undefined;
}

export const signersFile = ownPaths.allowedSigners;

const words = /require_signature|user_data/;

/**
 * Returns the policy in the image's own layers; undefined if there is none, which is found without parsing YAML. A layer that
 * cannot be read limits as much as it may have meant to: a mistake in a file must not open what the file closes.
 */
export async function userDataPolicy(
  layers: readonly Layer[],
  host: ReadHost,
  warn: (problem: Problem) => void,
): Promise<UserDataPolicy | undefined> {
  const own = layers.filter(({ text }) => words.test(text));
  if (own.length === 0) return undefined;
  const read: Mapping[] = [];
  let damaged = '';
  for (const layer of own) {
    // The fault itself is reported when the layer is read for its settings.
    const fault = (): void => {
      damaged += layer.text;
    };
    read.push(...(await readLayers([layer], fault)));
  }
  const { entries } = mergeLayers(read);
  const required = damaged.includes('require_signature') || isRequired(entries.get('require_signature')?.value, warn);
  const only = damaged.includes('user_data') ? new Set<string>() : onlyOf(entries.get('user_data')?.value, warn);
  const signers = required ? await allowedSigners(host, warn) : undefined;
  return signers || only ? { signers, only } : undefined;
}

function isRequired(written: SourceNode | undefined, warn: (problem: Problem) => void): boolean {
  if (written === undefined) return false;
  const raw = written.is === 'scalar' ? written.raw.toLowerCase() : '';
  if (['false', 'no', 'off', '0'].includes(raw)) return false;
  if (!['true', 'yes', 'on', '1'].includes(raw))
    warn(new Problem('bad-config', `${told(written.place)}: require_signature: expected true or false; taken as true`));
  return true;
}

function onlyOf(written: SourceNode | undefined, warn: (problem: Problem) => void): ReadonlySet<string> | undefined {
  if (written === undefined) return undefined;
  const only = written.is === 'mapping' ? written.entries.get('only')?.value : undefined;
  const all = only?.is === 'list' ? only.items : only?.is === 'scalar' && only.value !== null ? [only] : [];
  const extra = written.is === 'mapping' ? [...written.entries.keys()].some((key) => key !== 'only') : true;
  const isList = only !== undefined && (only.is !== 'scalar' || only.value !== null) && only.is !== 'mapping';
  if (extra || !isList || all.some(({ is }) => is !== 'scalar')) {
    const text = 'user_data: expected {only: [KEY, ...]}; user-data may use no more than the keys that can be read';
    warn(new Problem('bad-config', `${told(written.place)}: ${text}`));
  }
  return new Set(all.flatMap((each) => (each.is === 'scalar' ? [each.raw] : [])));
}

async function allowedSigners(host: ReadHost, warn: (problem: Problem) => void): Promise<AllowedSigners> {
  const text = await host.readText(signersFile);
  const hint = 'One line a signer: NAME KEYTYPE KEY; see docs/security.md.';
  if (text === undefined)
    warn(new Problem('bad-config', `${signersFile} is missing, so that all user-data is refused`, { hint }));
  const read = readAllowedSigners(text ?? '');
  for (const { line, message } of read.faults)
    warn(new Problem('bad-config', `${signersFile}:${line}: this line ${message}; it vouches for nothing`, { hint }));
  return read;
}
