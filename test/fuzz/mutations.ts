/** Pseudo-random numbers from 0 to 1, determined by a seed. */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0 || 1;
  return () => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

export const below = (random: Random, most: number): number => Math.floor(random() * most);
export const oneOf = <T>(random: Random, all: readonly T[]): T => all[below(random, all.length)] as T;

/** Texts with a special meaning in some format: YAML, templates, messages, shells, globs, tables of the kernel. */
const words: readonly string[] = [
  ...['\0', '\r\n', '\n', '\t', '\x1b[2J', '\u2028', '\ufeff', '\ud800', '😀', ' ', '    ', '\\', "'", '"', '`'],
  ...[
    '---\n',
    '...\n',
    '<<: *a',
    '&a',
    '*a',
    '!!binary ',
    '!!int ',
    '? ',
    '- ',
    ': ',
    '[',
    ']',
    '{',
    '}',
    '|\n',
    '>+\n',
    '#',
  ],
  ...['{{ v1.a }}', '{%', '{#', '}}', '%}', '[!', '[^', '*', '?', '\\', '[[:digit:]'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '../',
    '/',
    '..',
    '169.254.169.254',
    '::ffff:a9fe:a9fe',
  ],
  ...['0x', '0b', '1:1', '1e999', '-.inf', '.nan', '08', '9'.repeat(400), '-1', '4294967296', '18446744073709551615'],
  ...[
    '--B\n',
    '--B--\n',
    'Content-Type: multipart/mixed; boundary=B\n\n',
    '#cloud-config\n',
    '#!/bin/sh\n',
    '#include\n',
  ],
  ...['Match User ', 'Include ', 'ssh-ed25519 AAAA', 'null', 'true', '~', 'x'.repeat(3000), '[['.repeat(60)],
];

/** Returns a text with one to five mistakes. */
export function mutatedText(random: Random, text: string, others: readonly string[]): string {
  let made = text;
  for (let left = 1 + below(random, 5); left > 0; left--) {
    const at = below(random, made.length + 1);
    const end = Math.min(made.length, at + below(random, 40));
    const other = oneOf(random, others);
    const from = below(random, other.length + 1);
    const put = oneOf(random, [
      '',
      oneOf(random, words),
      String.fromCharCode(below(random, 400)),
      made.slice(at, end).repeat(3),
      other.slice(from, from + below(random, 200)),
    ]);
    made = made.slice(0, at) + put + made.slice(random() < 0.5 ? at : end);
  }
  return made.slice(0, 100_000);
}

/** Returns bytes with one to ten mistakes, half of them in numbers of four and eight bytes. */
export function mutatedBytes(random: Random, bytes: Uint8Array): Buffer {
  const made = Buffer.from(bytes);
  for (let left = 1 + below(random, 10); left > 0; left--) {
    const at = below(random, Math.max(1, made.length - 8));
    const kind = below(random, 4);
    if (kind === 0) made[at] = below(random, 256);
    else if (kind === 1) made[at] = (made[at] ?? 0) ^ (1 << below(random, 8));
    else if (at + 8 <= made.length) {
      const number = oneOf(random, [0n, 1n, 0x7fff_ffffn, 0xffff_ffffn, 2n ** 63n, 2n ** 64n - 1n, 512n, 65_536n]);
      if (kind === 2) made.writeBigUInt64LE(number, at);
      else made.writeBigUInt64BE(number, at);
    }
  }
  return random() < 0.1 ? made.subarray(0, below(random, made.length)) : made;
}
