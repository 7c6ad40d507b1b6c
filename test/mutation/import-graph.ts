import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';

const imports = /\bfrom '(\.[^']+\.ts)'|\bimport\('(\.[^']+\.ts)'\)|\bimport '(\.[^']+\.ts)'/g;
/** A program that a test starts, by its path in the project. */
const started = /['"`/](agent\/main\.ts|packaging\/[\w-]+\.ts|test\/[\w/-]+\.ts)['"`]/g;

/** Returns the files that each TypeScript file imports, statically or when it runs, or starts as a program. */
export function importGraph(): ReadonlyMap<string, readonly string[]> {
  const files = globSync('{agent,modules,test,packaging,examples}/**/*.ts').sort();
  return new Map(
    files.map((file) => {
      const text = readFileSync(file, 'utf8');
      const relative = [...text.matchAll(imports)].map(([, a, b, c]) => join(dirname(file), a ?? b ?? c ?? ''));
      const programs = file.startsWith('test/') ? [...text.matchAll(started)].map(([, path = '']) => path) : [];
      return [file, [...new Set([...relative, ...programs])].filter((path) => path !== file && existsSync(path))];
    }),
  );
}

/**
 * Returns the unit tests that reach a file, the most specific first: its mirrored test, then by the number of imports between the
 * test and the file, then by the number of files that the test imports altogether.
 */
export function testsOf(file: string, graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const mirrored = mirrorsOf(file);
  return [...graph.keys()]
    .filter((path) => path.endsWith('.test.ts') && !path.startsWith('test/mutation/'))
    .flatMap((test) => {
      const distances = distancesFrom(test, graph);
      const distance = mirrored.includes(test) ? 0 : distances.get(file);
      return distance === undefined ? [] : [{ test, distance, size: distances.size }];
    })
    .sort((a, b) => a.distance - b.distance || a.size - b.size)
    .map(({ test }) => test);
}

/** The test of a file has its path, and a folder of modules one test of the folder's name. */
function mirrorsOf(file: string): readonly string[] {
  const mirrored = join('test', file.replace(/^agent\//, ''));
  const others = contracts.flatMap(([pattern, tests]) => (pattern.test(file) ? tests : []));
  return [mirrored.replace(/\.ts$/, '.test.ts'), `${dirname(mirrored)}.test.ts`, ...others];
}

/** Tests that hold a claim about files which their imports do not show: they run the program. */
const contracts: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^agent\/(?:host\/(?:files|resolve-safely)|state\/)/, ['test/state/durability.test.ts']],
  [/^agent\/host\/(?:files|read-fs|resolve-safely|safe-folders)/, ['test/host/linux.test.ts']],
  [/^agent\/commands\/report\./, ['test/bug-report/report.test.ts']],
  [/^agent\/commands\/(?:status|why)\./, ['test/commands/views.test.ts']],
  [/^agent\/(?:state\/lock|commands\/(?:reset|seal|run)\.)/, ['test/boot/mutual-exclusion.test.ts']],
];

const known = new Map<string, ReadonlyMap<string, number>>();

function distancesFrom(start: string, graph: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const found = known.get(start);
  if (found) return found;
  const distances = new Map([[start, 0]]);
  for (const [file, distance] of distances)
    for (const each of graph.get(file) ?? []) if (!distances.has(each)) distances.set(each, distance + 1);
  known.set(start, distances);
  return distances;
}
