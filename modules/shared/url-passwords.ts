import { type Decode, decoder, INVALID } from '../../agent/userdata/schema/decode.ts';

/** The same text, with every password in its URLs ("https://user:password@host") hidden wherever settings are shown. */
export const hidingPasswords = (decode: Decode<string>): Decode<string> =>
  decoder(decode.shape, (written, at, findings) => {
    const raw = written?.is === 'scalar' ? written.raw : '';
    for (const [, password = ''] of raw.matchAll(urlPassword)) findings.secret(password);
    const value = decode(written, at, findings);
    return value === INVALID ? INVALID : value;
  });

const urlPassword = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:"]*:([^\s/@"]+)@/gi;

/** Whether a text has a URL with a password. */
export const hasPassword = (text: string): boolean => text.search(urlPassword) !== -1;
