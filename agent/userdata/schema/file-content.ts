import { type Decode, decoder, INVALID, secret, text } from './decode.ts';

/** The content of a file. */
export interface FileContent {
  readonly bytes: string | Uint8Array;
  /** It comes from a credential, and is never shown. */
  readonly isSecret: boolean;
}

export const noContent: FileContent = { bytes: '', isSecret: false };

/** Text, the bytes of a !!binary value, or `{credential: NAME}`. */
export const fileContent: Decode<FileContent> = decoder(
  { is: 'scalar', what: 'text', credential: true },
  (written, at, findings) => {
    if (written?.is === 'scalar' && written.value instanceof Uint8Array)
      return { bytes: written.value, isSecret: false };
    const isSecret = written?.is === 'mapping' && written.entries.has('credential');
    const bytes = (isSecret ? secret : text)(written, at, findings);
    return bytes === INVALID ? INVALID : { bytes, isSecret };
  },
);
