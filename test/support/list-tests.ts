import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { countsPath, readCounts } from './counts.ts';
import { filesIn, suites } from './suites.ts';

/**
 * `npm run test:counts`: writes the number of tests of each file of every suite to test/counts.json, and prints what changed.
 * With `--check` it writes nothing, and exits 1 if the record differs. It runs no test, and so needs no root. A file that cannot
 * be loaded because it needs build output keeps its record, and is reported.
 */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const files = Object.values(suites)
  .filter(({ uncounted }) => uncounted === undefined)
  .flatMap(filesIn)
  .sort();
const recorded = readCounts();
const counted: Record<string, number | undefined> = {};
const left = [...files];
await Promise.all(Array.from({ length: availableParallelism() }, next));

const changes = [...new Set([...Object.keys(recorded), ...files])]
  .filter((file) => recorded[file] !== counted[file])
  .map((file) => `${file}: ${recorded[file] ?? 'not recorded'} -> ${counted[file] ?? 'removed'}`);
for (const line of changes) console.log(line);
if (values.check && changes.length > 0) {
  console.error('test/counts.json differs from the tests: run "npm run test:counts" and commit what it writes');
  process.exitCode = 1;
} else if (!values.check) {
  const known = files.filter((file) => counted[file] !== undefined);
  const lines = known.map((file) => `  ${JSON.stringify(file)}: ${counted[file]}`);
  writeFileSync(countsPath, `{\n${lines.join(',\n')}\n}\n`);
}

async function next(): Promise<void> {
  for (let file = left.shift(); file !== undefined; file = left.shift()) counted[file] = await countIn(file);
}

async function countIn(file: string): Promise<number | undefined> {
  const { CI, BOOTAGENT_CI, ...env } = process.env;
  const argv = [join(import.meta.dirname, 'list-file.ts'), file];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, argv, { env, maxBuffer: 2 ** 26 });
    return Number(/^tests: (\d+)$/m.exec(stdout)?.[1]);
  } catch (error) {
    console.error(`${file}: not counted: ${/^\w*Error: (?!Command).*$/m.exec(String(error))?.[0] ?? error}`);
    return recorded[file];
  }
}
