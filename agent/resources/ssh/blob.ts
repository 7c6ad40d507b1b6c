// Format: SSH data types, https://www.rfc-editor.org/rfc/rfc4251#section-5
/** Reads the fields of an SSH blob one after the other; undefined once something is not there. */
export interface BlobReader {
  string(): Uint8Array | undefined;
  /** Text that holds no NUL byte, but perhaps one at its end. */
  text(): string | undefined;
  /** A number as its bytes, without the zeros before it. */
  number(): Uint8Array | undefined;
  skip(bytes: number): true | undefined;
  uint32(): number | undefined;
  rest(): number;
  /** How far reading has come. */
  at(): number;
}

/** The longest number OpenSSH reads: 16384 bits and a sign. */
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

/** Fields put together as SSH does: each with its length before it. */
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

/** A number as SSH writes it: never taken for a negative one. */
export const numberField = (bytes: Uint8Array): Uint8Array =>
  (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;

/** Strict base64, as OpenSSH reads it: padded, and no bits to spare. */
export function base64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

export const bits = (number: Uint8Array): number =>
  number.length === 0 ? 0 : (number.length - 1) * 8 + (32 - Math.clz32(number[0] ?? 0));

export const asBigInt = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
