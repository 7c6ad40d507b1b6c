import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'bootagent-totals-'));
after(() => rmSync(folder, { recursive: true }));

const project = join(import.meta.dirname, '../..');
const reporter = join(project, 'test/support/totals.ts');
const head = "import { before, describe, test } from 'node:test'; import assert from 'node:assert/strict';\n";

interface Ran {
  readonly status: number | null;
  readonly out: string;
}

const environment = (more: Readonly<Record<string, string>>) => {
  const { NODE_TEST_CONTEXT, BOOTAGENT_CI, BOOTAGENT_TEST_PARTIAL, NODE_V8_COVERAGE, ...rest } = process.env;
  return { ...rest, BOOTAGENT_TEST_COUNTS: join(folder, 'counts.json'), ...more };
};

let number = 0;
function fixture(source: string): string {
  const file = join(folder, `f${number++}.ts`);
  writeFileSync(file, head + source);
  return file;
}

/** Runs a file of tests with the reporter. */
function report(source: string, env: Readonly<Record<string, string>> = {}, flags: readonly string[] = []): Ran {
  const argv = ['--test', `--test-reporter=${reporter}`, ...flags, fixture(source)];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', env: environment(env) });
  return { status, out: stdout + stderr };
}

describe('a suite is red', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['with a file that has no test', 'console.log(test.name);', /no test was reported: it has none/],
    ['with a file that ends before its tests', 'process.exit(0);', /no test was reported.*process\.exit/],
    ['with a test that ends the process', "test('a', () => process.exit(0)); test('b', () => {});", /no test was rep/],
    ['with a file that cannot be loaded', "throw new Error('cannot load');", /Error: cannot load/],
    ['with a suite whose body throws', "describe('s', () => { throw new Error('body'); });", /f\d+\.ts:2 s\nbody\n/],
    [
      'with a suite whose hook throws',
      "describe('s', () => { before(() => { throw new Error('hook'); }); test('a', () => {}); });",
      /f\d+\.ts:2 s\nhook\n/,
    ],
    ['with a test that fails', "test('a', () => assert.equal(1, 2));", /f\d+\.ts:2 a\nExpected values to be strictly/],
  ];
  for (const [name, source, says] of cases) {
    test(name, () => {
      const { status, out } = report(source);
      assert.equal(status, 1, out);
      assert.match(out, says);
      assert.match(out, /\n\d+ passed, [1-9]\d* failed, \d+ skipped\n$/);
    });
  }

  test('when no file matches', () => {
    const argv = ['--test', `--test-reporter=${reporter}`, join(folder, 'nothing-*.ts')];
    const { status, stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8', env: environment({}) });
    assert.equal(status, 1);
    assert.match(stdout, /no test file ran\n\n\n0 passed, 1 failed, 0 skipped\n$/);
  });
});

describe('a skip', () => {
  const suite = "describe('s', { skip: 'no strace' }, () => { test('a', () => {}); }); test('b', () => {});";
  const other = "test('a', { skip: '../shared/x is not here' }, () => {}); test('b', () => {});";

  test('of a suite is counted and shown with its cause', () => {
    const { status, out } = report(suite);
    assert.equal(status, 0);
    assert.match(out, /skipped suite s: no strace\n\n1 passed, 0 failed, 1 skipped\n$/);
  });
  test('fails in CI', () => {
    const { status, out } = report(suite, { BOOTAGENT_CI: '1' });
    assert.equal(status, 1);
    assert.match(out, /f\d+\.ts:2 s\nskipped in CI: no strace/);
  });
  test('does not fail in CI for a cause on the list', () =>
    assert.equal(report(other, { BOOTAGENT_CI: '1' }).status, 0));
  test('without a reason fails in CI', () =>
    assert.match(report("test('a', { skip: true }, () => {});", { BOOTAGENT_CI: '1' }).out, /CI: without a reason/));
  test('by "todo" fails in CI', () =>
    assert.match(report("test.todo('a');", { BOOTAGENT_CI: '1' }).out, /skipped in CI: todo/));
});

describe('the recorded number of tests', () => {
  const two =
    "describe('s', () => { test('a', async (t) => { await t.test('inner', () => {}); }); test('b', () => {}); });";
  const recorded = (tests: number, env: Readonly<Record<string, string>> = {}, flags: readonly string[] = []) => {
    const counts = join(folder, `counts-${number}.json`);
    writeFileSync(counts, JSON.stringify({ [relative(project, join(folder, `f${number}.ts`))]: tests }));
    return report(two, { BOOTAGENT_TEST_COUNTS: counts, ...env }, flags);
  };
  test('is reached by as many tests', () => assert.equal(recorded(2).status, 0));
  test('is exceeded by new tests', () => assert.equal(recorded(1).status, 0));
  test('is missed by fewer tests', () => {
    const { status, out } = recorded(3);
    assert.equal(status, 1);
    assert.match(out, /2 tests ran, 3 are recorded .*npm run test:counts/);
  });
  test('is not held against one test chosen by its name', () => {
    const env = { BOOTAGENT_TEST_PARTIAL: '1' };
    assert.equal(recorded(3, env, ['--test-name-pattern=b']).status, 0);
    assert.match(recorded(3, env, ['--test-name-pattern=nothing']).out, /no test has that name/);
  });
});

describe('a failure', () => {
  const { out } = report("test('a', () => assert.equal('one\\ntwo\\nthree\\n', 'one\\n2\\nthree\\n'));");
  test('shows how texts differ, line by line', () => assert.match(out, /actual\):\n {2}one\n- 2\n\+ two\n {2}three\n/));
  test('shows frames of the test and none of Node', () => {
    assert.match(out, /\n {4}at .*f\d+\.ts:2/);
    assert.doesNotMatch(out, /node:/);
  });
});

test('a test that hangs is named while nothing else ends', { timeout: 60_000 }, async () => {
  const source =
    "test('hangs', async () => { console.error('begun'); await new Promise((r) => setTimeout(r, 1e6)); });";
  const child = spawn(process.execPath, ['--test', `--test-reporter=${reporter}`, fixture(source)], {
    env: environment({ BOOTAGENT_TEST_SILENT_MS: '50' }),
    // A process group of its own: a time limit ends the whole group.
    detached: true,
  });
  const kill = () => process.kill(-(child.pid ?? 0), 'SIGTERM');
  let out = '';
  const until = (says: RegExp) =>
    new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk) => {
        out += chunk;
        if (says.test(out)) resolve();
      });
    });
  try {
    await until(/still running:\n(?:.*\n)*.*f\d+\.ts: hangs\n/);
  } finally {
    kill();
  }
  await new Promise((resolve) => child.on('close', resolve));
});
