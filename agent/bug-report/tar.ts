// The ustar format: POSIX.1-2017, pax, "ustar Interchange Format".

/** A file of an archive. */
export interface ArchiveFile {
  readonly name: string;
  readonly content: Uint8Array;
}

const blockSize = 512;
/** The limits of a name and of the directory before it, in bytes. */
const longestName = 100;
const longestFolder = 155;

/** Returns an archive of files that only their owner may read. `seconds`: their time, since 1970. */
export function tarOf(files: readonly ArchiveFile[], seconds: number): Uint8Array {
  const blocks = files.flatMap(({ name, content }) => [header(name, content.length, seconds), padded(content)]);
  return new Uint8Array(Buffer.concat([...blocks, new Uint8Array(2 * blockSize)]));
}

function header(name: string, size: number, seconds: number): Uint8Array {
  const block = Buffer.alloc(blockSize);
  const plain = name.replace(/[^ -~]/g, '?');
  const slash = plain.lastIndexOf('/');
  const octal = (value: number, at: number, length: number): void =>
    void block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  block.write(plain.slice(slash + 1, slash + 1 + longestName), 0);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(seconds, 136, 12);
  block.write('        0', 148);
  block.write('ustar\x0000', 257);
  block.write(plain.slice(0, Math.max(slash, 0)).slice(0, longestFolder), 345);
  // The sum of the header's bytes, with spaces in the place of the sum itself.
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function padded(content: Uint8Array): Uint8Array {
  const rest = content.length % blockSize;
  return rest === 0 ? content : new Uint8Array(Buffer.concat([content, new Uint8Array(blockSize - rest)]));
}
