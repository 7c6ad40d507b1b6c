import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readUserData } from '../../agent/userdata/read-user-data.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';
import { assertLinear } from '../support/growth.ts';

const config = '#cloud-config\n';
const template = `## template: jinja\n${config}`;
const mime = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B';
const until = (text: string, bytes: number): string => text.repeat(Math.ceil(bytes / text.length));

/** User-data of any length, one shape for each loop that reads it. */
const shapes: Readonly<Record<string, (bytes: number) => string>> = {
  'a number to the base of 60': (bytes) => `${config}a: 1${until(':1', bytes)}`,
  'a fraction to the base of 60': (bytes) => `${config}a: 1${until(':1', bytes)}.5`,
  'a number tagged as one': (bytes) => `${config}a: !!int 1${until(':1', bytes)}`,
  'a long number': (bytes) => `${config}a: ${until('9', bytes)}`,
  'tags of a template': (bytes) => template + until('{%', bytes),
  'variables that are not closed': (bytes) => template + until('{{ a ', bytes),
  'comments of a template that are not closed': (bytes) => template + until('{#', bytes),
  'variables of a template': (bytes) => template + until('{{ v1.a }} ', bytes),
  'blanks in a variable': (bytes) => `${template}{{ a${until(' ', bytes)}! }}`,
  'document markers': (bytes) => config + until('---\n', bytes),
  'document ends': (bytes) => config + until('...\n', bytes),
  'text over many lines': (bytes) => `${config}a: "${until('b\n  ', bytes)}"`,
  'blanks around a key': (bytes) => `${config}a${until(' ', bytes)}:${until(' ', bytes)}b`,
  slips: (bytes) => config + until('a: b: c\n', bytes),
  'headers of a message': (bytes) => `${mime}${until('\n x', bytes)}\n\n--B--`,
  'parameters of a header': (bytes) => `${mime}${until(';a="b', bytes)}\n\n--B--`,
  'boundaries without a part': (bytes) => `${mime}\n\n${until('--B\n', bytes)}`,
  'lines of a part': (bytes) => `${mime}\n\n--B\n\n${until('x\n', bytes)}--B--`,
  'a command of a list': (bytes) => `${config}runcmd:\n - ${until('echo hi && ', bytes)}`,
  'placeholders in a command': (bytes) => `${config}runcmd: ["${until('<a ', bytes)}"]`,
  'a script': (bytes) => `#!/bin/sh\n${until('if [ a == b ]; then service x restart; fi\n', bytes)}`,
  'a line of a script': (bytes) => `#!/bin/sh\n${until('[[ a ', bytes)}`,
  'a file’s content': (bytes) => `${config}write_files: [{path: /a, encoding: b64, content: ${until('QUJD', bytes)}}]`,
  'an SSH key': (bytes) => `${config}ssh_authorized_keys: ["${until('ssh-rsa AAAA ', bytes)}"]`,
  'a host name': (bytes) => `${config}hostname: ${until('a-', bytes)}`,
};

describe('the work to read and validate user-data grows with its length', () => {
  for (const [shape, make] of Object.entries(shapes)) {
    test(shape, () =>
      assertLinear(
        (bytes) => Buffer.from(make(bytes)),
        async (bytes) => {
          await readUserData(bytes, { source: 'user-data', variables: { v1: { a: 1 } } });
          await validate(bytes, 'user-data', schedule);
        },
      ),
    );
  }
});

test('contents that are packed are limited together, not each', async () => {
  const packed = gzipSync(Buffer.alloc(2 ** 20)).toString('base64');
  const entry = (index: number) => ` - {path: /a${index}, encoding: gz+b64, content: ${packed}}\n`;
  const text = `${config}write_files:\n${Array.from({ length: 200 }, (_, index) => entry(index)).join('')}`;
  const before = process.memoryUsage.rss();
  const { findings } = await validate(Buffer.from(text), 'user-data', schedule);
  const refused = findings.filter(({ message }) => /unzips to more than 4194304 bytes/.test(message));
  assert.equal(refused.length, 196);
  assert.ok(process.memoryUsage.rss() - before < 200 * 2 ** 20, 'as much as is unpacked, not as all could be');
});
