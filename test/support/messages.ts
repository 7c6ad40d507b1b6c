import fc from 'fast-check';

const body = fc.oneof(
  fc.constantFrom(
    '#cloud-config\na: 1\n',
    '#!/bin/sh\necho\n',
    '',
    '\n',
    'x',
    'a\r\nb\r\n',
    '--\n--B0x\n',
    'ü €\n',
    'a=3D=\nb\n',
  ),
  fc.string({ unit: fc.constantFrom(...'ab-= \n\r\t:é'), maxLength: 40 }),
);

const encodings: Readonly<Record<string, (text: string) => string>> = {
  '7bit': (text) => text,
  base64: (text) => Buffer.from(text).toString('base64').replace(/.{20}/g, '$&\n'),
  'quoted-printable': (text) =>
    [...Buffer.from(text)]
      .map((byte) =>
        byte > 126 || byte === 61 ? `=${byte.toString(16).toUpperCase().padStart(2, '0')}` : String.fromCharCode(byte),
      )
      .join(''),
};

const filename = fc.constantFrom(
  '',
  'Content-Disposition: attachment; filename="a b.sh"\n',
  'Content-Disposition: attachment; filename=x.sh\n',
  'Content-Disposition: attachment;\n filename="folded.sh"\n',
  'content-disposition: inline; x=1; FILENAME="q\\"q.sh"\n',
);

const leaf = fc
  .tuple(
    fc.constantFrom(
      'Content-Type: text/cloud-config\n',
      'Content-Type: text/x-shellscript; charset="utf-8"\n',
      'Content-type:TEXT/Plain\n',
      'Content-Type: nonsense\n',
      '',
    ),
    fc.constantFrom(...Object.keys(encodings)),
    filename,
    body,
  )
  .map(
    ([type, encoding, name, text]) =>
      `${type}Content-Transfer-Encoding: ${encoding}\n${name}\n${encodings[encoding]?.(text)}`,
  );

/** Multipart messages, three levels deep, with the mistakes that mail programs make. */
export const messages: fc.Arbitrary<string> = fc
  .letrec<{ part: string }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'mime' },
      leaf,
      fc
        .tuple(
          fc.array(tie('part'), { minLength: 1, maxLength: 4, depthIdentifier: 'mime' }),
          fc.constantFrom('B', '==x==', "a'b()+_,-./:=?", 'sp ace'),
          fc.constantFrom('mixed', 'alternative'),
          fc.constantFrom('', 'a preamble\n', '\n'),
          fc.constantFrom('', '\nan epilogue\n', '\n'),
          fc.constantFrom('', '', '', ' ', '\t'),
          fc.constantFrom('--', '--', '--', ''),
        )
        .map(([parts, boundary, type, before, after, blank, end]) => {
          // Every level has a boundary of its own, as all mail programs ensure.
          const own = `${boundary}${Math.abs([...parts.join('')].reduce((hash, each) => (hash * 31 + each.charCodeAt(0)) | 0, 7))}`;
          const inner = parts.map((part) => `--${own}${blank}\n${part}\n`).join('');
          return `Content-Type: multipart/${type};\n boundary="${own}"\n\n${before}${inner}--${own}${end}${after}`;
        }),
    ),
  }))
  .part.map((part) => `MIME-Version: 1.0\n${part}`);
