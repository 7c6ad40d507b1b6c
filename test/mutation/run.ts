import { readFileSync } from 'node:fs';
import { digest } from '../../agent/base/digest.ts';
import { accepted } from './accepted.ts';
import { importGraph, testsOf } from './import-graph.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { copyOfProject, type Verdict } from './trial.ts';

/**
 * Changes the meaning of the source at one place at a time and runs the tests that reach that place: a mutant that no test
 * notices is a claim that no test holds.
 *
 *   npm run test:mutation              the sample of CI: the mutants of the first seed in seeds.json
 *   npm run test:mutation -- SECONDS   mutants of a new seed until the time is up
 *   npm run test:mutation -- FILE...   every mutant of these files; FILE:LINE for one line
 *
 * Fails on a survivor that accepted.ts does not list.
 */
const areas = [
  'agent/report',
  'agent/commands',
  'agent/host',
  'agent/engine',
  'agent/state',
  'agent/resources',
  'modules',
];
const { seeds, sample, secondsEach } = JSON.parse(readFileSync('test/mutation/seeds.json', 'utf8'));

const words = process.argv.slice(2);
const seconds = /^\d+$/.test(words[0] ?? '') ? Number(words[0]) : undefined;
const files = seconds === undefined ? words : [];
const seed: number = seconds === undefined ? seeds[0] : Date.now() % 2 ** 31;
const graph = importGraph();

const lineOf = ({ file, line }: Mutant): string => readFileSync(file, 'utf8').split('\n')[line - 1]?.trim() ?? '';

/** Returns why a mutant may survive, or undefined. */
const reasonFor = (mutant: Mutant): string | undefined =>
  accepted.find(({ file, was, what }) => file === mutant.file && what === mutant.what && was === lineOf(mutant))
    ?.because;

/**
 * The time is spent evenly on the areas, so that a small one is tried as well. The order within an area depends on the seed and on
 * the mutants alone: a change of other lines does not put other mutants into the sample.
 */
function* drawn(): Generator<Mutant> {
  const pools = areas.map((area) =>
    [...graph.keys()]
      .filter((path) => path.startsWith(`${area}/`))
      .flatMap(mutantsIn)
      .map((mutant) => ({
        mutant,
        order: digest(Buffer.from(`${seed} ${mutant.file} ${mutant.what} ${lineOf(mutant)}`)),
      }))
      .sort((a, b) => (a.order < b.order ? -1 : 1)),
  );
  for (let turn = 0; pools.some((pool) => pool.length > 0); turn++) {
    const next = pools[turn % pools.length]?.shift();
    if (next) yield next.mutant;
  }
}

const mutantsIn = (file: string): readonly Mutant[] => mutantsOf(file, readFileSync(file, 'utf8'));

function mutantsAt(place: string): readonly Mutant[] {
  const [file = '', line] = place.split(':');
  return mutantsIn(file).filter((mutant) => line === undefined || mutant.line === Number(line));
}

function* queue(): Generator<Mutant> {
  if (files.length > 0) yield* files.flatMap(mutantsAt);
  else if (seconds !== undefined) yield* drawn();
  else yield* drawn().take(sample);
}

const ends = performance.now() + (seconds ?? Number.POSITIVE_INFINITY) * 1000;
const counts = { killed: 0, accepted: 0, survived: 0 };
const mutants = queue();

function tell(mutant: Mutant, verdict: Verdict): void {
  const reason = reasonFor(mutant);
  const end = verdict.is === 'killed' ? 'killed' : reason === undefined ? 'survived' : 'accepted';
  counts[end]++;
  const tests = verdict.is === 'killed' ? verdict.by : `${verdict.ran} of ${verdict.of} test files ran`;
  console.log(`${end.padEnd(8)} ${mutant.file}:${mutant.line} ${mutant.what} (${reason ?? tests})`);
  if (end === 'survived') console.log(`         ${lineOf(mutant)}`);
}

async function work(): Promise<void> {
  const copy = copyOfProject();
  try {
    for (const mutant of mutants) {
      if (performance.now() > ends) return;
      // In the sample of CI, an accepted survivor takes no time.
      const isKnown = words.length === 0 && reasonFor(mutant) !== undefined;
      const tests = isKnown ? [] : testsOf(mutant.file, graph);
      tell(mutant, await copy.try(mutant, tests, secondsEach));
    }
  } finally {
    copy.remove();
  }
}

await Promise.all([work(), work()]);
const all = counts.killed + counts.accepted + counts.survived;
console.log(
  `seed ${seed}: ${counts.killed} of ${all} mutants killed, ${counts.accepted} accepted, ${counts.survived} survived`,
);
console.log(`${counts.killed + counts.accepted} passed, ${counts.survived} failed`);
process.exitCode = counts.survived > 0 || all === 0 ? 1 : 0;
