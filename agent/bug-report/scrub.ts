import { hidden } from '../base/shown-url.ts';
import { redactor } from '../report/redact.ts';
import { isSecretKey } from '../userdata/schema/secret-keys.ts';

/** Removes secrets from what goes into a report: those that are known, and what looks like one. */
export interface Scrubber {
  text(text: string): string;
  /** Returns plain data with its texts scrubbed, and everything under a secret key hidden. */
  value(value: unknown): unknown;
}

/** Shorter secrets have no recognizable encoded form. */
const leastEncoded = 6;

export function scrubber(secrets: Iterable<string>, publicWords: readonly string[] = []): Scrubber {
  const known = redactor();
  known.exempt(publicWords);
  for (const secret of secrets) {
    known.add(secret);
    if (secret.length < leastEncoded) continue;
    for (const form of encodings(secret)) if (form !== secret) known.add(form);
  }
  const text = (given: string): string => withoutPatterns(known.clean(given));
  const value = (given: unknown, at: string): unknown => {
    if (Array.isArray(given)) return given.map((each, index) => value(each, `${at}[${index}]`));
    if (typeof given === 'object' && given !== null)
      return Object.fromEntries(
        Object.entries(given).map(([name, each]) => [text(name), value(each, at === '' ? name : `${at}.${name}`)]),
      );
    if (isSecretKey(at) && !isMask(given)) return hidden;
    return typeof given === 'string' ? text(given) : given;
  };
  return { text, value: (given) => value(given, '') };
}

/** Returns the forms in which programs and services show a secret. */
const encodings = (secret: string): readonly string[] => [
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(`${secret}\n`).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret.toWellFormed()),
  JSON.stringify(secret).slice(1, -1),
];

/** Whether a value says nothing: a flag, or what is hidden already. */
const isMask = (value: unknown): boolean =>
  value === '' ||
  value === null ||
  typeof value === 'boolean' ||
  (typeof value === 'string' && /^\(hidden\)(?: \d+ bytes)?$/.test(value));

/** Matches secrets by their form, and the part before them that stays: a name, an option, a scheme. */
const patterns: readonly RegExp[] = [
  /()-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g,
  /(\b(?:(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z0-9-]{0,40}(?:token|key|secret)[a-z0-9-]{0,20})["']?\s{0,4}[:=]\s{0,4})[^\r\n"']+/gi,
  /(\b[\w.-]{0,40}(?:passw(?:or)?d|passphrase|secret|token|credentials?|private_?key|preshared_?key|(?:api|access|auth|account)[_-]?key)["']?\s{0,4}[:=]\s{0,4}["']?)(?!\(hidden\))[^\s"',;}\]]+/gi,
  /(\s--?(?:passw(?:or)?d|passphrase|secret|token|api-?key|access-?key)(?:[ =])["']?)(?!\(hidden\))[^\s"']+/gi,
  /(\b(?:Bearer|Basic)\s{1,4})[\w.~+/=-]{8,}/g,
  // Hashes of passwords: crypt(5).
  /()\$(?:[1-7y]|2[abxy]|gy|sha1)\$[./\w$,=+-]{8,}/g,
  // Tokens with a prefix of their own: JSON Web Tokens, Amazon, GitHub, GitLab, Slack, HashiCorp Vault.
  /()\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g,
  /()\b(?:A3T|AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /()\b(?:gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|hv[bs]\.[\w-]{16,})/g,
];

const withoutPatterns = (text: string): string =>
  patterns.reduce((left, pattern) => left.replace(pattern, (_, before: string) => `${before}${hidden}`), text);
