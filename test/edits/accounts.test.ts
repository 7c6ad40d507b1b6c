import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { edited } from '../../agent/edits/index.ts';
import type { Edit } from '../../agent/engine/change.ts';

const own = '# This machine, by its address (kept by bootagent):';
const loop = '# This machine, by its name (kept by bootagent):';
const me = (address: string): Edit => ({ syntax: 'hosts', address, names: ['a.b', 'a'] });
const hostname = (where?: 'in use'): Edit => ({
  syntax: 'sysconfig',
  name: 'HOSTNAME',
  value: 'a.b',
  ...(where && { where }),
});
const lock: Edit = { syntax: 'sshd', keyword: 'PermitRootLogin', value: 'no' };

describe('editing', () => {
  for (const [claim, edit, before, after] of [
    ['hosts: an empty file', me('10.1.1.1'), '', `${own}\n10.1.1.1 a.b a\n`],
    [
      'hosts: an address that is part of another',
      me('10.1.1.1'),
      '10.1.1.10 x\n10a1b1c1 y\n',
      `10.1.1.10 x\n10a1b1c1 y\n${own}\n10.1.1.1 a.b a\n`,
    ],
    [
      'hosts: the address under another name',
      me('10.1.1.1'),
      'x\n  10.1.1.1\told # x\ny\n',
      `x\n${own}\n10.1.1.1 a.b a\ny\n`,
    ],
    [
      'hosts: our line of an old address',
      me('10.1.1.2'),
      `x\n${own}\n10.1.1.1 a.b a\ny`,
      `x\n${own}\n10.1.1.2 a.b a\ny\n`,
    ],
    [
      'hosts: a remark that names the address',
      me('10.1.1.1'),
      '# 10.1.1.1 x\n',
      `# 10.1.1.1 x\n${own}\n10.1.1.1 a.b a\n`,
    ],
    [
      'hosts: a last line without an end',
      me('10.1.1.1'),
      '127.0.0.1 localhost',
      `127.0.0.1 localhost\n${own}\n10.1.1.1 a.b a\n`,
    ],
    [
      'hosts: loopback stands first and leaves the others',
      me('127.0.0.1'),
      '#x\n127.0.0.1 localhost\n',
      `#x\n${loop}\n127.0.0.1 a.b a\n127.0.0.1 localhost\n`,
    ],
    [
      'hosts: loopback under a former name',
      me('127.0.1.1'),
      `${loop}\n127.0.1.1 old\n127.0.0.1 localhost\n`,
      `${loop}\n127.0.1.1 a.b a\n127.0.0.1 localhost\n`,
    ],
    [
      'sysconfig: a name that ends in the same letters',
      hostname(),
      'MY_HOSTNAME=x\nHOSTNAME=y\nZ=1\n',
      'MY_HOSTNAME=x\nHOSTNAME=a.b\nZ=1\n',
    ],
    ['sysconfig: two of a name', hostname(), 'HOSTNAME=x\nA=1\nHOSTNAME=y', 'HOSTNAME=a.b\nA=1\n'],
    ['sysconfig: a file not in use', hostname('in use'), '# Created by anaconda\n', '# Created by anaconda\n'],
    ['sysconfig: a file in use', hostname('in use'), 'NETWORKING=yes', 'NETWORKING=yes\nHOSTNAME=a.b\n'],
    ['sshd: a new file', lock, '', 'PermitRootLogin no\n'],
    ['sshd: in its place', lock, 'X11Forwarding no\npermitrootlogin yes\n', 'X11Forwarding no\nPermitRootLogin no\n'],
    [
      'sshd: before what might come before it',
      lock,
      'Include a\nPermitRootLogin yes\n',
      'PermitRootLogin no\nInclude a\nPermitRootLogin yes\n',
    ],
    [
      'sshd: not in a Match block',
      lock,
      'Match User x\n PermitRootLogin yes\n',
      'PermitRootLogin no\nMatch User x\n PermitRootLogin yes\n',
    ],
  ] as const) {
    test(claim, () => assert.equal(edited(before, edit), after));
  }
});

const line = fc.oneof(
  fc.constantFrom(
    '127.0.0.1 localhost',
    '10.1.1.1 x',
    '10.1.1.10 y',
    own,
    loop,
    '# %d ; .',
    'HOSTNAME=x',
    'A=%20;#',
    '',
    'Match all',
    'PermitRootLogin yes',
    'Include x',
    '\t::1 z\r',
  ),
  fc.string().map((each) => each.replace(/\n/g, ' ')),
);
const file = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('', '\n'))
  .map(([all, end]) => all.join('\n') + end);
const edits: fc.Arbitrary<Edit> = fc.constantFrom(
  me('10.1.1.1'),
  me('127.0.0.1'),
  me('::1'),
  hostname(),
  hostname('in use'),
  lock,
);

test('editing 10,000 files twice is editing them once, and other lines stay as they are', () => {
  const known = (edit: Edit, text: string): boolean =>
    edit.syntax === 'hosts'
      ? /^# This machine|^\s*(10\.1\.1\.1|127\.0\.0\.1|::1)\s|a\.b a$/.test(text)
      : /^\s*(export\s+)?HOSTNAME=|^permitrootlogin /i.test(text);
  fc.assert(
    fc.property(file, edits, (text, edit) => {
      const once = edited(text, edit);
      assert.equal(edited(once, edit), once);
      const marked = text.split('\n').map((each, at, all) => [each, all[at - 1] ?? ''] as const);
      const others = (lines: readonly (readonly [string, string])[]) =>
        lines
          .filter(
            ([each, above]) =>
              each !== '' &&
              !known(edit, each) &&
              !(edit.syntax === 'hosts' && above.startsWith('# This machine') && /^\s*[^\s#]+\s/.test(each)),
          )
          .map(([each]) => each);
      assert.deepEqual(
        others(once.split('\n').map((each, at, all) => [each, all[at - 1] ?? ''] as const)),
        others(marked),
      );
    }),
    { numRuns: 10_000, seed: 8 },
  );
});
