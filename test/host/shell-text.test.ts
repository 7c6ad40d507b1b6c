import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { shellFiles } from '../../agent/host/shell-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'bootagent-shell-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const shells = ['/bin/bash', '/bin/dash'].filter((path) => existsSync(path));

interface Ended {
  readonly code: number | null;
  readonly output: string;
  /** What the items wrote to the file "$OUT". */
  readonly file: string;
}

/** Runs a script file with both outputs in one pipe; descriptor 9 answers each question of a list. */
async function ran(shell: string, script: string): Promise<Ended> {
  const out = join(folder, 'out');
  rmSync(out, { force: true });
  const child = spawn(shell, ['-c', 'exec "$0" "$1" 2>&1', shell, script], {
    cwd: folder,
    env: { PATH: process.env.PATH, LC_ALL: 'C', OUT: out },
    stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'ignore', 'ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  const [events, answers] = child.stdio.slice(8) as unknown as [NodeJS.ReadableStream, NodeJS.WritableStream];
  events.resume();
  answers.on('error', () => {}).end('\n'.repeat(100));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output, file: existsSync(out) ? readFileSync(out, 'utf8') : '' };
}

async function ranAsList(shell: string, items: readonly string[]): Promise<Ended> {
  for (const [name, text] of shellFiles({ name: 'x', items, shell: 'sh' }, folder))
    writeFileSync(join(folder, name), text);
  const ended = await ran(shell, join(folder, 'list'));
  // bash prints one more "+" for a sourced file.
  const traced = (text: string) => text.replace(/^\+\+ /gm, '+ ');
  const output = ended.output.replace(/^== \(\d+ of \d+\) exit \d+\n/gm, '').replaceAll(`${folder}/`, '');
  return { ...ended, output: traced(output), file: traced(ended.file) };
}

async function ranAsOneScript(shell: string, items: readonly string[]): Promise<Ended> {
  writeFileSync(join(folder, 'plain'), `exec </dev/null\n${items.join('\n')}\n`);
  return ran(shell, join(folder, 'plain'));
}

const cases: Readonly<Record<string, readonly string[]>> = {
  'trap ERR and a test in a list': ['trap "echo caught" ERR', 'test -e /none && echo there', 'true', 'echo end'],
  'trap ERR and a command that fails': ['trap "echo caught" ERR', 'false', 'echo end'],
  'trap ERR and an if': ['trap "echo caught" ERR', 'if false; then :; fi', 'false || true', 'echo end'],
  'trap EXIT': ['trap "echo bye" EXIT', 'echo a'],
  'set -e and a command that fails': ['set -e', 'echo a', 'false', 'echo never'],
  'set -e and a test in a list': ['set -e', 'test -e /none && echo there', 'echo end'],
  'set -e and trap ERR': ['set -e; trap "echo caught" ERR', 'echo a', 'false', 'echo never'],
  'set -x': ['set -x', 'echo a', 'A=1', 'echo "$A"; echo b', 'set +x', 'echo c'],
  'set -ex': ['set -ex', 'echo a', 'false', 'echo never'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is shell text
  'set -u': ['set -u', 'A=1', 'echo "$A"', 'echo "${B:-none}"'],
  'set -f and IFS': ['set -f; IFS=0', 'A=102; echo $A *', 'echo end'],
  variables: ['A=1', 'B="$A two"', 'export C=3', 'echo "$A $B $C"; env | grep "^C="'],
  cd: ['cd /usr', 'pwd', 'cd bin 2>/dev/null || cd /', 'pwd'],
  functions: ['f() { echo "f $1"; return 3; }', 'f a', 'f b || echo "gave $?"'],
  'exec >file': ['echo before', 'exec >"$OUT"', 'echo after', 'exec 2>&1', 'echo error >&2'],
  'exec >file 2>&1 and set -x': ['exec >"$OUT" 2>&1', 'set -x', 'echo after'],
  'exec <file': ['echo line >"$OUT"', 'exec <"$OUT"', 'read x; echo "got $x"'],
  'exec with a descriptor': ['exec 3>"$OUT"', 'echo three >&3', 'exec 3>&-', 'echo end'],
  umask: ['umask 077', 'umask'],
  'a here document': ['cat <<EOF\na\n  b\nEOF', 'echo end'],
  'a comment at the end': ['echo a # comment', 'echo b'],
  'a command over two lines': ['echo a \\\n  b', 'if true\nthen echo c\nfi'],
  'a subshell': ['(cd /usr; exit 3)', 'pwd | sed "s,.*/,,"'],
  'a background command': ['sleep 0 &', 'wait', 'echo end'],
  exit: ['echo a', 'exit 4', 'echo never'],
};

for (const shell of shells) {
  describe(`a list under ${shell} behaves like one plain script: `, () => {
    for (const [what, items] of Object.entries(cases)) {
      // Only bash has the ERR trap.
      if (what.includes('ERR') && !shell.endsWith('bash')) continue;
      test(what, async () => {
        const list = await ranAsList(shell, items);
        const plain = await ranAsOneScript(shell, items);
        assert.deepEqual([list.output, list.file], [plain.output, plain.file]);
        if (['set -e', 'exit', 'set -ex'].some((word) => what.startsWith(word))) assert.equal(list.code, plain.code);
      });
    }

    test('but for a syntax error, which costs its own item', async () => {
      const { output } = await ranAsList(shell, ['echo a', 'if then', 'echo "b', 'echo c \\', 'echo d']);
      assert.deepEqual(
        output
          .split('\n')
          .filter((line) => /^[a-d]$/.test(line.trim()))
          .map((line) => line.trim()),
        ['a', 'c', 'd'],
      );
    });
  });
}
