import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { writeFiles } from '../../modules/write-files.ts';
import { foundIn, plan } from '../support/settings.ts';

const fileWith = (fields: string): unknown => {
  const change = plan(writeFiles, `write_files:\n  - path: /etc/a\n    ${fields}\n`)[0]?.changes[0];
  return change?.kind === 'file' ? String(change.content) : undefined;
};
const zipped = gzipSync('from gzip').toString('base64');

describe('write_files', () => {
  test('unpacks content however it is spelled', () => {
    assert.equal(fileWith('content: plain'), 'plain');
    for (const encoding of ['b64', 'base64', 'BASE64']) {
      assert.equal(fileWith(`content: ZnJvbSBiYXNlNjQ=\n    encoding: ${encoding}`), 'from base64');
    }
    for (const encoding of ['gz+b64', 'gzip+base64', 'gz+base64']) {
      assert.equal(fileWith(`content: ${zipped}\n    encoding: ${encoding}`), 'from gzip');
    }
    assert.equal(fileWith(`content: !!binary ${zipped}\n    encoding: gzip`), 'from gzip');
    assert.equal(fileWith('content: !!binary aGk='), String(Buffer.from('hi')).replace('hi', '104,105'));
  });

  test('refuses what is not what it is said to be, and only that file', () => {
    assert.deepEqual(foundIn(writeFiles, 'write_files:\n  - {path: /a, content: x, encoding: gz}\n  - {path: /b}\n'), [
      'user-data:2:5 write_files[0]: the content is no gzip data; it is said to be gz',
    ]);
  });

  test('tells an encoding that is not known, and writes the content as it stands', () => {
    const asked = 'write_files: [{path: /a, content: x, encoding: rot13}]';
    assert.match(foundIn(writeFiles, asked)[0] ?? '', /the encoding "rot13" is not known/);
  });

  test('tells that a source is not fetched', () => {
    const [item] = plan(writeFiles, 'write_files: [{path: /a, source: {uri: "http://h/a"}}]');
    assert.match(item?.notes?.[0]?.text ?? '', /http:\/\/h\/a is not fetched/);
  });
});
