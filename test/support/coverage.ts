import { globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changedLines } from './changes.ts';

/**
 * Reports which lines of the agent and its modules were run, from the coverage that V8 writes for each process
 * (NODE_V8_COVERAGE): the tests' own processes and each agent that they start. Node's own report aborts at the first process that
 * was killed while it wrote. A file that no process loaded counts with all its lines; types are not counted.
 *
 *   npm run coverage:clear     coverage.ts clear FOLDER
 *   npm run coverage:check     coverage.ts FOLDER LEAST: exits 1 below that percentage; lists the lines of the
 *                              current change that no test has run
 */
interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}
interface Script {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

const asked = new Map<string, readonly Line[]>();
const repository = join(import.meta.dirname, '../..');
const [first = '', second = ''] = process.argv.slice(2);
if (first === 'clear') {
  rmSync(second, { recursive: true, force: true });
  mkdirSync(second, { recursive: true });
} else process.exitCode = report(first, Number(second));

function report(folder: string, least: number): number {
  const run = new Map<string, Set<number>>();
  let lost = 0;
  for (const name of readdirSync(folder)) {
    try {
      // V8's format, reduced to the fields read here.
      const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: Script[] };
      for (const script of result) note(script, run);
    } catch {
      lost++;
    }
  }
  const files = globSync('{agent,modules}/**/*.ts', { cwd: repository }).filter((name) => !name.endsWith('.d.ts'));
  const changed = changedLines(['agent', 'modules']);
  const ofChange: string[] = [];
  let [all, covered] = [0, 0];
  for (const name of files.sort()) {
    const lines = linesOf(readFileSync(join(repository, name), 'utf8')).filter(({ says }) => says);
    const not = lines.filter(({ number }) => !run.get(name)?.has(number));
    all += lines.length;
    covered += lines.length - not.length;
    const mine = not.filter(({ number }) => changed.get(name)?.has(number));
    if (mine.length > 0) ofChange.push(`  ${name}: ${spans(mine.map(({ number }) => number))}`);
    if (not.length > 0) say(`${name}: ${spans(not.map(({ number }) => number))}`);
  }
  if (ofChange.length > 0) say(['changed lines that no test has run:', ...ofChange].join('\n'));
  const percent = (100 * covered) / all;
  if (lost > 0) say(`${lost} processes were ended before they had written what they ran`);
  say(`lines covered: ${percent.toFixed(2)} % of ${all}, in ${files.length} files; at least ${least} % are wanted`);
  return percent >= least ? 0 : 1;
}

/** Adds the lines of a script that a process has run. */
function note({ url, functions }: Script, run: Map<string, Set<number>>): void {
  const name = url.startsWith('file:') ? relative(repository, fileURLToPath(url)) : '';
  if (!/^(agent|modules)\//.test(name)) return;
  const text = readFileSync(join(repository, name), 'utf8');
  const counts = new Uint8Array(text.length);
  // A nested range overrides the range around it.
  const ranges = functions.flatMap(({ ranges }) => ranges);
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  for (const { startOffset, endOffset, count } of ranges) counts.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  const lines = run.get(name) ?? new Set();
  run.set(name, lines);
  for (const { number, start, end } of known(name, text))
    if (counts.subarray(start, end).includes(1)) lines.add(number);
}

function known(name: string, text: string): readonly Line[] {
  const lines = asked.get(name) ?? linesOf(text);
  asked.set(name, lines);
  return lines;
}

interface Line {
  readonly number: number;
  /** The offsets of its first and last character in the source. */
  readonly start: number;
  readonly end: number;
  /** Whether it has more than types, whitespace, a comment, or the end of a block. */
  readonly says: boolean;
}

/** Returns the lines of a source as Node runs it, with whitespace in place of its types. */
function linesOf(source: string): Line[] {
  let at = 0;
  return stripTypeScriptTypes(source)
    .split('\n')
    .map((line, index) => {
      const start = at + line.length - line.trimStart().length;
      const end = at + line.trimEnd().length;
      at += line.length + 1;
      return { number: index + 1, start, end, says: !/^\s*($|\/\/|\/\*|\*|[\])};,]+$)/.test(line) };
    });
}

/** Formats line numbers as ranges: "3, 5-7". */
function spans(numbers: readonly number[]): string {
  const all: [number, number][] = [];
  for (const each of numbers) {
    const last = all.at(-1);
    if (last && each === last[1] + 1) last[1] = each;
    else all.push([each, each]);
  }
  return all.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(', ');
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
