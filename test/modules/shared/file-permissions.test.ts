import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { writeFiles } from '../../../modules/write-files.ts';
import { planned } from '../../support/settings.ts';

/** Returns the mode that a text stands for in octal, or the message of its error. */
function read(written: string): string | undefined {
  const { plan, findings } = planned(writeFiles, `write_files: [{path: /a, permissions: ${written}}]`);
  const [change] = plan[0]?.changes ?? [];
  return change?.kind === 'file' ? change.mode?.toString(8) : findings[0]?.message;
}

describe('the permissions of a file', () => {
  for (const [written, mode] of [
    ["'0644'", '644'],
    ["'644'", '644'],
    ['0644', '644'],
    ['0o755', '755'],
    ["'4755'", '4755'],
    ['420', '644'],
    ['384', '600'],
    ['493', '755'],
    ['448', '700'],
    ['416', '640'],
    ['256', '400'],
    ['292', '444'],
  ] as const) {
    test(`${written} are 0${mode}`, () => assert.equal(read(written), mode));
  }

  for (const written of ['644', '755', '600', '700', '640', '400', '444', '511', '777']) {
    test(`${written} without quotes may mean two things, and are refused`, () =>
      assert.match(read(written) ?? '', new RegExp(`^${written} without quotes is the decimal number \\d+ in octal$`)));
  }

  for (const written of ['999', '1', "'888'", 'rw', '"420 "'])
    test(`${written} are no permissions`, () =>
      assert.match(read(written) ?? '', /^expected permissions such as '0644'/));
});
