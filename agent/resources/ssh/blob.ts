// Format: SSH data types, https://www.rfc-editor.org/rfc/rfc4251#section-5
/** Reads the fields of an SSH blob in sequence; a method returns undefined if its field is missing or invalid. */
export interface BlobReader {
  string(): Uint8Array | undefined;
  /** Text without NUL bytes; a single one at the end is removed. */
  text(): string | undefined;
  /** A number as bytes, without leading zeros. */
  number(): Uint8Array | undefined;
  skip(bytes: number): true | undefined;
  uint32(): number | undefined;
  rest(): number;
  /** The current offset in the blob. */
  at(): number;
}

/** The longest number that OpenSSH reads, in bytes: 16384 bits and a sign. */
const longestNumber = 2049;

export function reader(blob: Uint8Array): BlobReader {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  let at = 0;
  const skip = (bytes: number): true | undefined => {
    if (at + bytes > blob.length) return undefined;
    at += bytes;
    return true;
  };
  const uint32 = (): number | undefined => (skip(4) ? view.getUint32(at - 4) : undefined);
  const string = (): Uint8Array | undefined => {
    const length = uint32();
    if (length === undefined || !skip(length)) return undefined;
    return blob.subarray(at - length, at);
  };
  return {
    string,
    text() {
      const bytes = string();
      if (bytes === undefined) return undefined;
      const nul = bytes.indexOf(0);
      if (nul === -1) return latin(bytes);
      return nul === bytes.length - 1 ? latin(bytes.subarray(0, nul)) : undefined;
    },
    number() {
      const bytes = string();
      if (bytes === undefined || bytes.length > longestNumber || (bytes[0] ?? 0) >= 0x80) return undefined;
      if (bytes.length === longestNumber && bytes[0] !== 0) return undefined;
      const first = bytes.findIndex((byte) => byte !== 0);
      return first === -1 ? new Uint8Array() : bytes.subarray(first);
    },
    skip,
    uint32,
    rest: () => blob.length - at,
    at: () => at,
  };
}

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Returns a blob of these fields, each preceded by its length. */
export function blobOf(...fields: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = typeof field === 'string' ? Buffer.from(field, 'latin1') : field;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Returns a number as SSH encodes it: a leading zero byte keeps it from being read as negative. */
export const numberField = (bytes: Uint8Array): Uint8Array =>
  (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;

/** Decodes base64 as strictly as OpenSSH does: padded, without surplus bits. */
export function base64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

export const bits = (number: Uint8Array): number =>
  number.length === 0 ? 0 : (number.length - 1) * 8 + (32 - Math.clz32(number[0] ?? 0));

export const asBigInt = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
