import { mapOf } from '../../base/map-of.ts';
import { type Decode, decoder, expected, INVALID, type Invalid } from './decoder.ts';
import type { Findings } from './shape.ts';
import type { Mapping } from './source-node.ts';

/** Text exactly as written: `on` stays "on" and `0644` stays "0644". */
export const text: Decode<string> = decoder({ is: 'scalar', what: 'text' }, (written, at, findings) =>
  written?.is === 'scalar' && written.value !== null ? written.raw : expected('text', written, at, findings),
);

/** Text that must never be shown. */
export const secret: Decode<string> = decoder(
  { is: 'scalar', what: 'text (kept secret)', secret: true },
  (written, at, findings) => {
    if (written?.is === 'mapping' && written.entries.has('credential')) return credential(written, at, findings);
    if (written?.is !== 'scalar' || written.value === null) return expected('text', undefined, at, findings, written);
    findings.secret(written.raw);
    return written.raw;
  },
);

/** Reads `{credential: NAME}`: the value comes from the credentials that systemd passes to the machine. */
function credential(written: Mapping, at: string, findings: Findings): string | Invalid {
  const name = written.entries.get('credential')?.value;
  if (name?.is !== 'scalar' || written.entries.size > 1) {
    findings.error(at, written.place, 'expected {credential: NAME} and nothing beside it');
    return INVALID;
  }
  const shown = JSON.stringify(name.raw);
  if (!findings.credential) {
    findings.warning(at, name.place, `the credential ${shown} is read on the machine alone`, undefined, 'not-checked');
    return INVALID;
  }
  const value = findings.credential(name.raw);
  if (value === undefined) {
    const hint = 'see "systemd-creds list --system"; /etc/credstore is searched, too';
    findings.error(at, name.place, `this machine has no credential ${shown}, or it cannot be decrypted`, hint);
    return INVALID;
  }
  findings.secret(value);
  return value;
}

/** A boolean in any spelling that cloud-config accepts, including 0 and 1. */
export const flag: Decode<boolean> = decoder({ is: 'scalar', what: 'true or false' }, (written, at, findings) => {
  if (written?.is !== 'scalar') return expected('true or false', written, at, findings);
  if (typeof written.value === 'boolean') return written.value;
  const word = written.raw.trim().toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(word)) return true;
  if (['false', 'no', 'off', '0'].includes(word)) return false;
  return expected('true or false', written, at, findings);
});

/** A whole number, within bounds. */
export const integer = (least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): Decode<number> => {
  const what = least === 0 ? 'a whole number from 0' : 'a whole number';
  return decoder({ is: 'scalar', what }, (written, at, findings) => {
    const value = written?.is === 'scalar' && /^[-+]?\d+$/.test(written.raw) ? Number(written.raw) : Number.NaN;
    return value >= least && value <= most ? value : expected(what, written, at, findings);
  });
};

/** One of these words. */
export const oneOf = <const W extends string>(...words: readonly W[]): Decode<W> =>
  decoder({ is: 'scalar', what: words.join(' or '), words }, (written, at, findings) => {
    const word = written?.is === 'scalar' ? written.raw : undefined;
    return words.find((each) => each === word) ?? expected(words.join(' or '), written, at, findings);
  });

/** Text that matches a pattern; `what` describes the pattern in messages. */
export const matching = (pattern: RegExp, what: string): Decode<string> =>
  decoder({ is: 'scalar', what, pattern: pattern.source }, (written, at, findings) =>
    written?.is === 'scalar' && written.value !== null && pattern.test(written.raw)
      ? written.raw
      : expected(what, written, at, findings),
  );

const units = mapOf({ '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 });

/** A size in bytes, written 2147483648, 512M or 2G. */
export const size: Decode<number> = decoder(
  { is: 'scalar', what: 'a size such as 512M or 2G' },
  (written, at, findings) => {
    const words = written?.is === 'scalar' ? written.raw : '';
    const [, count = '', unit = ''] = /^(\d+(?:\.\d+)?|\.\d+)([KMGT]?)(?:i?B)?$/.exec(words) ?? [];
    const scale = units.get(unit);
    return count && scale
      ? Math.floor(Number(count) * scale)
      : expected('a size such as 512M or 2G', written, at, findings);
  },
);

const times = mapOf({ s: 1, m: 60, min: 60, h: 3600 });

/** A time in milliseconds, written 120, 120s, 2m or 1h. */
export const duration: Decode<number> = decoder(
  { is: 'scalar', what: 'a time such as 90s or 2m' },
  (written, at, findings) => {
    const words = written?.is === 'scalar' ? written.raw : '';
    const [, count = '', unit = 's'] = /^(\d+(?:\.\d+)?)\s*(s|m|min|h)?$/.exec(words) ?? [];
    return count
      ? Number(count) * (times.get(unit) ?? 1) * 1000
      : expected('a time such as 90s or 2m', written, at, findings);
  },
);
