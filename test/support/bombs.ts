import { gzipSync } from 'node:zlib';

const header = '#cloud-config\n';
const mime = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n';
const wrapped = (times: number): Uint8Array =>
  Array.from({ length: times }).reduce<Uint8Array>((inner) => gzipSync(inner), Buffer.from(`${header}a: 1`));

const laughs = [...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`)}]`);

/** User-data that would exhaust memory or time, each with the message of the limit that stops it. */
export const bombs: Readonly<Record<string, readonly [content: string | Uint8Array, limit: RegExp]>> = {
  '16 MiB of text': [header + 'a'.repeat(16 * 2 ** 20), /more than 4194304 bytes/],
  '256 MiB in a few kB of gzip': [gzipSync(Buffer.alloc(256 * 2 ** 20)), /unzips to more than 4194304 bytes/],
  'gzip in gzip in gzip': [wrapped(10), /more than 5 layers/],
  'a billion laughs': [
    `${header}a: &a [x,x,x,x,x,x,x,x,x]\n${laughs.join('\n')}`,
    /aliases make this more than 50000 values/,
  ],
  'deep lists': [header + '['.repeat(100_000), /more than 100 deep/],
  'deep blocks': [header + '- '.repeat(100_000), /more than 100 deep/],
  'many values': [header + '- a\n'.repeat(1_000_000), /more than 50000 values/],
  'many keys': [
    header + Array.from({ length: 200_000 }, (_, index) => `k${index}: 1\n`).join(''),
    /more than 50000 values/,
  ],
  'many aliases': [`${header}a: &a 1\nb: [${'*a,'.repeat(20_000)}]`, /more than 10000 aliases/],
  'many comments': [header + '#\n'.repeat(2_000_000), /more than 400000 words and marks/],
  'many slips': [header + ']'.repeat(1_000_000), /nothing that this would close is open/],
  'many parts': [
    `${mime}${'--B\nContent-Type: text/cloud-config\n\na: 1\n'.repeat(10_000)}--B--`,
    /more than 1000 parts/,
  ],
  'deep messages': [
    `MIME-Version: 1.0\n${Array.from({ length: 50 }, (_, index) => `Content-Type: multipart/mixed; boundary=${index}\n\n--${index}\n`).join('')}`,
    /multipart messages more than 10 deep/,
  ],
};
