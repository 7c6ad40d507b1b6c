import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { sudoersUser } from '../../agent/edits/sudoers.ts';
import { unable } from '../support/able.ts';

const folder = mkdtempSync(join(tmpdir(), 'bootagent-sudoers-'));
after(() => rmSync(folder, { recursive: true }));

describe('the user of a rule for sudo', () => {
  for (const [name, word] of [
    ['alice', 'alice'],
    ['alice-2_x', 'alice-2_x'],
    ['ALL', '"ALL"'],
    ['OPERATORS', '"OPERATORS"'],
    ['Defaults', '"Defaults"'],
    ['User_Alias', '"User_Alias"'],
    ['a.b', '"a.b"'],
    ['dev$', '"dev$"'],
    ['a b', '"a b"'],
    ['1st', '"1st"'],
    ['#0', undefined],
    ['%wheel', undefined],
    ['+net', undefined],
    ['!root', undefined],
    ['a"b', undefined],
    ['a\\b', undefined],
    ['a\nALL', undefined],
    ['', undefined],
  ] as const) {
    test(`${JSON.stringify(name)} is ${word ?? 'refused'}`, () => assert.equal(sudoersUser(name), word));
  }
});

describe('sudo takes the word for that user alone', { skip: unable('cvtsudoers') }, () => {
  const aliases = 'User_Alias OPERATORS = bob\n';
  for (const name of ['alice', 'ALL', 'OPERATORS', 'Defaults', 'a.b', 'dev$', '1st']) {
    test(name, () => {
      const file = join(folder, 'rules');
      writeFileSync(file, `${aliases}${sudoersUser(name)} ALL=(ALL) NOPASSWD:ALL\n`);
      const rulesOf = (user: string): string =>
        String(execFileSync('cvtsudoers', ['-m', `user=${user}`, '-p', '-f', 'sudoers', file]));
      assert.match(rulesOf(name), /NOPASSWD/);
      assert.doesNotMatch(rulesOf('bob'), /NOPASSWD/);
    });
  }
});
