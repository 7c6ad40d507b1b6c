// Format: ALLOWED SIGNERS in https://man.openbsd.org/ssh-keygen.1
import { fingerprintOf } from './key-fingerprint.ts';
import { readKeyLine } from './key-line.ts';
import type { PublicKey } from './key-types.ts';

/** A line of an allowed signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  readonly principals: string;
  readonly key: PublicKey;
  /** A list of namespace patterns; undefined: all namespaces. */
  readonly namespaces: string | undefined;
  /** The period in which the line is valid, in milliseconds since 1970. */
  readonly after: number | undefined;
  readonly before: number | undefined;
}

export interface AllowedSigners {
  readonly signers: readonly AllowedSigner[];
  /** The ignored lines, each with the reason. */
  readonly faults: readonly { readonly line: number; readonly message: string }[];
}

/** Reads an allowed signers file. Lines that do not parse allow no signer and are listed in `faults`. */
export function readAllowedSigners(text: string): AllowedSigners {
  const signers: AllowedSigner[] = [];
  const faults: { line: number; message: string }[] = [];
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = written.trim();
    if (line === '' || line.startsWith('#')) continue;
    const signer = readLine(line);
    if (typeof signer === 'string') faults.push({ line: index + 1, message: signer });
    else signers.push(signer);
  }
  return { signers, faults };
}

function readLine(line: string): AllowedSigner | string {
  const [, quoted, bare, rest = ''] = /^(?:"([^"]+)"|([^\s"]+))\s+(.+)$/.exec(line) ?? [];
  const principals = quoted ?? bare;
  if (principals === undefined) return 'names no principal before its key';
  const known = readKeyLine(rest);
  if (typeof known === 'string') return known;
  const options = optionsIn(known.options);
  if (options === undefined) return `has options that cannot be read: ${known.options}`;
  if (options.has('cert-authority')) return 'is a cert-authority line, which is not supported';
  const unknown = [...options.keys()].find((name) => !['namespaces', 'valid-after', 'valid-before'].includes(name));
  if (unknown !== undefined) return `has the unknown option ${JSON.stringify(unknown)}`;
  const [after, before] = [timeIn(options.get('valid-after')), timeIn(options.get('valid-before'))];
  if (Number.isNaN(after) || Number.isNaN(before)) return 'has a time that is not written YYYYMMDD[HHMM[SS]][Z]';
  return { principals, key: known.key, namespaces: options.get('namespaces'), after, before };
}

/** Parses `namespaces="a,b",cert-authority` into values by lower-case name; undefined if the text holds anything else. */
function optionsIn(text: string): ReadonlyMap<string, string> | undefined {
  const pieces = [...text.matchAll(/([\w-]+)(?:="([^"]*)")?(?:,|$)/g)];
  if (pieces.map(([whole]) => whole).join('') !== text) return undefined;
  return new Map(pieces.map(([, name = '', value = '']) => [name.toLowerCase(), value]));
}

/** Parses a time as ssh-keygen does: in local time, or in UTC with a Z. NaN if it is invalid. */
function timeIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [whole, year, month, day, hour = '00', minute = '00', second = '00', zone = ''] =
    /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/.exec(text) ?? [];
  const date = `${year}-${month}-${day}`;
  const parsed = Date.parse(`${date}T00:00:00Z`);
  // Date.parse accepts 31 February as a day in March.
  const isDay = whole !== undefined && !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(date);
  return isDay ? Date.parse(`${date}T${hour}:${minute}:${second}${zone}`) : Number.NaN;
}

/** Returns the allowed signer with this key, or why there is none. */
export function signerOf(
  key: PublicKey,
  { signers }: AllowedSigners,
  namespace: string,
  now: number,
): AllowedSigner | string {
  const shown = fingerprintOf(key);
  const own = signers.filter(
    (signer) => Buffer.compare(signer.key.blob, key.blob) === 0 && !signer.key.type.certificate,
  );
  if (own.length === 0) return `is made by the key ${shown}, which is not among the allowed signers`;
  const named = own.filter(({ namespaces }) => namespaces === undefined || matchesList(namespaces, namespace));
  if (named.length === 0) return `is made by the key ${shown}, which may not sign for the namespace "${namespace}"`;
  const valid = named.find(
    ({ after, before }) => (after === undefined || now >= after) && (before === undefined || now <= before),
  );
  return valid ?? `is made by the key ${shown}, which is not valid at ${new Date(now).toISOString().slice(0, 19)}Z`;
}

/** Matches a pattern list as OpenSSH does: one pattern must match, and no pattern with a leading "!" may match. */
function matchesList(patterns: string, text: string): boolean {
  const all = patterns.split(',').map((each) => each.trim());
  const isMatch = (pattern: string): boolean =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    ).test(text);
  return (
    all.some((each) => !each.startsWith('!') && isMatch(each)) &&
    !all.some((each) => each.startsWith('!') && isMatch(each.slice(1)))
  );
}
