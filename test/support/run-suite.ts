import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { filesIn, type Suite, suites } from './suites.ts';

/**
 * Runs a suite of tests, or files of it:
 *
 *   npm test                     the unit suite
 *   npm test -- FILE...          these files of it; a part of a path is enough
 *   npm run one -- FILE NAME     the tests of a file whose names contain NAME
 *   npm run test:root -- FILE    the same for every other suite
 *
 * A suite whose file list is empty fails, because it tested nothing.
 */
const { values, positionals } = parseArgs({
  options: {
    one: { type: 'boolean', default: false },
    image: { type: 'string' },
    uefi: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
process.exitCode = await (values.one ? runOne(positionals) : runSuite(positionals[0] ?? '', positionals.slice(1)));

async function runOne([file = '', ...words]: readonly string[]): Promise<number> {
  const name = words.join(' ');
  if (name === '') return usage('npm run one -- FILE NAME');
  const [owner] = Object.values(suites).filter((suite) => filesOf(suite, [file]).length > 0);
  if (!owner) return usage(`no test file has "${file}" in its path`);
  return run(owner, filesOf(owner, [file]), [`--test-name-pattern=${literal(name)}`]);
}

async function runSuite(name: string, wanted: readonly string[]): Promise<number> {
  const suite = suites[name];
  if (!suite) return usage(`there is no suite "${name}"; the suites are ${Object.keys(suites).join(', ')}`);
  if (values.image !== undefined && !existsSync(values.image))
    return usage(`there is no file ${values.image}; --image takes a disk image that qemu-img can read`);
  if (suite.pages && wanted.length === 0) {
    const { status } = node(['packaging/manual/write.ts', '--check']);
    if (status !== 0) return 1;
  }
  const parts = values.image !== undefined ? ['test/vm/given.ts'] : wanted;
  const files = filesOf(suite, parts);
  if (files.length === 0) return usage(`suite ${name}: no test file matches ${parts.join(' ') || suite.files}`);
  return run(suite, files, []);
}

/** Returns the suite's files; with parts, only those that a part names, exactly or as part of the path. */
function filesOf(suite: Suite, parts: readonly string[]): string[] {
  const { except = [] } = suite;
  const all = filesIn(suite);
  if (parts.length === 0) return all.filter((path) => !except.includes(path));
  return parts.flatMap((part) => {
    const path = relative(process.cwd(), part);
    return all.includes(path) ? [path] : all.filter((each) => each.includes(part));
  });
}

async function run(suite: Suite, files: readonly string[], more: readonly string[]): Promise<number> {
  const flags = ['--test', '--test-reporter=./test/support/totals.ts', `--test-concurrency=${suite.concurrency}`];
  const bundled = suite.bundles ? await bundledAgent() : {};
  const { status } = node(
    [...flags, ...more, ...files],
    { ...suite, env: { ...suite.env, ...bundled } },
    more.length > 0,
  );
  return status ?? 1;
}

/** Bundles the agent for this run of the suite. Coverage is measured on the sources. */
async function bundledAgent(): Promise<Readonly<Record<string, string>>> {
  if (process.env.NODE_V8_COVERAGE !== undefined) return {};
  mkdirSync('dist/build', { recursive: true });
  const folder = mkdtempSync(resolve('dist/build/test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'agent.cjs');
  const { bundle } = await import('../../packaging/bundle.ts');
  await bundle('agent/main.ts', file);
  return { BOOTAGENT_BUNDLE: file };
}

function node(args: readonly string[], suite?: Suite, partial = false) {
  // A private mount namespace when run as root: a process that copies all mounts meanwhile must not keep the test's disks busy.
  const own = suite?.ownMounts && process.getuid?.() === 0 ? ['unshare', '--mount', '--propagation', 'private'] : [];
  const [program = '', ...rest] = [...own, process.execPath, ...args];
  return spawnSync(program, rest, {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...suite?.env,
      ...(partial && { BOOTAGENT_TEST_PARTIAL: '1' }),
      ...(values.image !== undefined && { BOOTAGENT_IMAGE: values.image }),
      ...(values.uefi && { BOOTAGENT_IMAGE_UEFI: '1' }),
    },
  });
}

/** Returns a text escaped for a regular expression. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function usage(message: string): number {
  console.error(message);
  return 2;
}
