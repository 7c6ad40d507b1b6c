import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe as suite, test } from 'node:test';
import fc from 'fast-check';
import { readAssignments } from '../../agent/datasources/shell-values.ts';
import { often } from '../support/often.ts';

const bash = spawnSync('bash', ['--version']).status === 0;
// Every run of bash reads many files, because starting it takes most of the time.
const files = Number(process.env.CONTEXT_FILES ?? often(5_000));
const perShell = 250;

const character = fc.constantFrom(...'ab7 \t\n\'"\\$`;&|<>()#~:=*?[]{}!%,./-_éß漢'.split(''));
const raw = fc.string({ unit: character, maxLength: 12 });
const single = raw.map((text) => `'${text.replaceAll("'", "'\\''")}'`);
const double = raw.map((text) => `"${text.replace(/["\\$`]/g, '\\$&')}"`);
const loose = raw.map((text) => `"${text.replace(/["$`]|\\$/g, '')}"`);
const ansi = fc
  .array(
    fc.constantFrom(
      'a',
      ' ',
      '\\n',
      '\\t',
      '\\\\',
      "\\'",
      '\\"',
      '\\x41',
      '\\101',
      '\\u00e9',
      '\\e',
      '\\q',
      '$',
      '`',
      '\n',
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => `$'${parts.join('')}'`);
const plain = fc
  .string({ unit: fc.constantFrom(...'ab7:=*?[]{}!%,./-_é#'.split('')), maxLength: 6 })
  .map((text) => `x${text}`);
const escaped = fc.constantFrom('\\ ', "\\'", '\\$', '\\\\', '\\a', '\\\n');
const value = fc
  .array(fc.oneof(single, double, loose, ansi, plain, escaped), { maxLength: 4 })
  .map((parts) => parts.join(''));
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.integer({ min: 0, max: 5 }), value).map(([n, text]) => `K_${n}=${text}`) },
  { weight: 1, arbitrary: fc.constantFrom('', '# a comment with \' and "', '   ', 'SECONDS=2') },
);
const file = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => `${lines.join('\n')}\n`);

suite('context.sh', () => {
  test(`${files} generated files are read as bash reads them`, { skip: bash ? false : 'there is no bash' }, () => {
    const texts = fc.sample(file, { seed: 7, numRuns: files });
    let refused = 0;
    for (let from = 0; from < texts.length; from += perShell) {
      const some = texts.slice(from, from + perShell);
      const shells = readByBash(some);
      for (const [index, text] of some.entries()) {
        const ours = readAssignments(text);
        if ('why' in ours) refused++;
        else {
          const kept = [...ours].filter(([name]) => name.startsWith('K_')).sort(([a], [b]) => (a < b ? -1 : 1));
          assert.deepEqual(kept, shells[index], JSON.stringify(text));
        }
      }
    }
    assert.ok(refused < files / 20, `${refused} of ${files} refused`);
  });

  for (const text of [
    'A=$(touch SENTINEL)',
    'A=`touch SENTINEL`',
    'A="$(touch SENTINEL)"',
    'A="x`touch SENTINEL`"',
    'A=1;touch SENTINEL',
    'A=1 touch SENTINEL',
    'A=1 && touch SENTINEL',
    'A=1\ntouch SENTINEL',
    'A=<(touch SENTINEL)',
    'A=1 >SENTINEL',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
    'A=${B:=$(touch SENTINEL)}',
    'A=$HOME',
    'A="$HOME"',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
    'A="${HOME}"',
    'A=$[1+1]',
    'A=$((1+1))',
    'A=~',
    'A=~root',
    'A=(1 2)',
    'A[0]=1',
    'A+=1',
    'export A=1',
    "A='open",
    'A="open',
    "A=$'open\\'",
    'if true',
    '=1',
  ]) {
    test(`refuses what only a shell could tell: ${JSON.stringify(text)}`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'bootagent-context-'));
      try {
        const sentinel = join(folder, 'sentinel');
        const read = readAssignments(text.replaceAll('SENTINEL', sentinel));
        assert.ok('why' in read);
        assert.equal(existsSync(sentinel), false);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  test('says in which line it stopped', () => {
    assert.deepEqual(readAssignments("# c\nA='1\n2'\nB=`x`\n"), { line: 4, why: 'a substitution would be made' });
  });

  test('ends on anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 60 }), (text) => void readAssignments(`A=${text}`)),
      { seed: 7, numRuns: 2_000 },
    );
  });
});

/** Returns the sorted K_ variables that bash reads from each text. Values are separated by NULs, so that nothing is lost. */
function readByBash(texts: readonly string[]): readonly (readonly (readonly [string, string])[])[] {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-context-'));
  try {
    for (const [index, text] of texts.entries()) writeFileSync(join(folder, String(index)), text);
    const script = `for ((n = 0; n < ${texts.length}; n++)); do
      ( . ./$n; for name in \${!K_@}; do printf '%s\\0%s\\0' "$name" "\${!name}"; done ); printf '\\0\\0END\\0'
    done`;
    const options = { cwd: folder, env: { PATH: '/nonexistent', LC_ALL: 'C.UTF-8' }, maxBuffer: 2 ** 26 };
    const out = execFileSync('/bin/bash', ['--norc', '--noprofile', '-c', script], options).toString();
    return out
      .split('\0\0END\0')
      .slice(0, -1)
      .map((one) => {
        const words = one === '' ? [] : one.replace(/\0$/, '').split('\0');
        return Array.from(
          { length: words.length / 2 },
          (_, n) => [words[2 * n] ?? '', words[2 * n + 1] ?? ''] as const,
        );
      });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
