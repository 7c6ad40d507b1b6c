import { type Decode, decoder, INVALID } from '../../agent/userdata/schema/decode.ts';
import { nowhere } from '../../agent/userdata/schema/source-node.ts';

/**
 * A file mode, read from its source text: `0644` and `'644'` are equal. A bare number is decimal in YAML, so `420` is 0644. A
 * bare `644` is the decimal number of 01204, which nobody means: it is an error.
 */
export const filePermissions: Decode<number> = decoder(
  { is: 'scalar', what: "permissions such as '0644'" },
  (written, at, findings) => {
    const words = written?.is === 'scalar' ? written.raw : '';
    const isDecimal = written?.is === 'scalar' && !written.quoted && /^[1-9]\d{1,3}$/.test(words);
    const [, digits] = /^(?:0o?)?([0-7]{3,4})$/.exec(words) ?? [];
    if (digits !== undefined && !isDecimal) return Number.parseInt(digits, 8);
    const place = written?.place ?? nowhere;
    const asOctal = digits === undefined ? undefined : Number.parseInt(digits, 8);
    if (isDecimal && isLikely(Number(words)) && !(asOctal !== undefined && isLikely(asOctal))) return Number(words);
    if (digits === undefined)
      findings.error(at, place, `expected permissions such as '0644', got ${JSON.stringify(words)}`);
    else {
      const text = `${words} without quotes is the decimal number ${Number(words).toString(8)} in octal`;
      findings.error(at, place, text, `write '0${words}'`);
    }
    return INVALID;
  },
);

/** Whether a mode is one that people give: the owner may read, the group has no more rights than the owner, others no more than the group. */
const isLikely = (mode: number): boolean => {
  const [owner, group, others] = [(mode >> 6) & 7, (mode >> 3) & 7, mode & 7];
  return mode <= 0o777 && (owner & 4) !== 0 && (group & ~owner) === 0 && (others & ~group) === 0;
};
