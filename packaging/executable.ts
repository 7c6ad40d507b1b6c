import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setRunpath } from './runpath.ts';
import { type Architecture, architectures, libraries, nodeFor } from './runtimes.ts';

/** The files of one executable: its entry script, and the agent that this loads. */
export interface Code {
  readonly start: string;
  readonly agent: string;
}

/** Builds one reproducible executable from its code and the official Node. */
export function makeExecutable(
  { start, agent }: Code,
  output: string,
  architecture: Architecture,
  cache: string,
): void {
  const { strip } = architectures[architecture];
  const folder = dirname(output);
  mkdirSync(folder, { recursive: true });
  const node = join(folder, `node-${architecture}`);
  // Strip before the code is added: stripping a finished single executable breaks it. The comment section contains invalid
  // UTF-8, which some package checkers reject.
  execFileSync(strip, [
    '--strip-all',
    '--remove-section=.comment',
    '-o',
    node,
    join(nodeFor(architecture, cache), 'bin/node'),
  ]);
  setRunpath(node, libraries);
  // Wrapped in a function that takes `require`: a script has no module scope.
  const wrapped = join(folder, 'agent.cjs');
  writeFileSync(wrapped, `(function (require) {${readFileSync(agent, 'utf8')}\n})`);
  const compiled = join(folder, `agent-${architecture}.cache`);
  const aligned = join(folder, `agent-${architecture}.aligned`);
  const settings = join(folder, `sea-${architecture}.json`);
  writeFileSync(
    settings,
    JSON.stringify({
      // Relative, so that the file contains no build path.
      main: basename(start),
      output: basename(output),
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      assets: { 'agent.cjs': basename(wrapped), 'agent.cache': basename(aligned) },
      // NODE_OPTIONS must not load code into a program that runs as root, and SIGUSR1 must not start a debugger.
      execArgvExtension: 'none',
      // A run is too short to benefit from helper threads, or from a small initial heap, which would be collected twice.
      execArgv: ['--disable-sigusr1', '--v8-pool-size=1', '--single-threaded-gc', '--min-semi-space-size=4'],
    }),
  );
  const once = () => {
    // A code cache is valid only for a node of the same architecture. The seed makes it reproducible.
    const seed = '--random-seed=42';
    // Large enough that no garbage collection runs.
    const roomy = ['--min-semi-space-size=64', '--max-semi-space-size=64'];
    const warm = join(process.cwd(), 'packaging/warm.ts');
    const made = runAs(architecture, node, [seed, ...roomy, warm, basename(wrapped), basename(compiled)], folder);
    if (made.status !== 0 || made.stderr !== '') throw new Error(`${made.stdout}${made.stderr}`);
    const cache = readFileSync(compiled);
    const link = (before: number) => {
      writeFileSync(aligned, Buffer.concat([Buffer.alloc(before, before), cache]));
      runAs(architecture, node, [seed, '--build-sea', basename(settings)], folder);
      return readFileSync(output).indexOf(cache);
    };
    // V8 copies a code cache that is not aligned to 8 bytes: a megabyte at each start.
    const off = link(8) % 8;
    if (off !== 0 && link(8 - off) % 8 !== 0) throw new Error(`${output}: what V8 kept is not where it can be read`);
    return sha256(output);
  };
  const first = once();
  if (once() !== first) throw new Error(`${output} came out differently when it was built again`);
}

/** Checks that the executable starts, answers, and writes nothing to stderr, where it reports a rejected code cache. */
export function checkExecutable(executable: string, architecture: Architecture, expected: string): void {
  for (const [argument, word] of [
    ['version', expected],
    ['help', 'run'],
  ] as const) {
    const { stdout, stderr, status, signal } = runAs(architecture, executable, [argument], '.');
    if (status !== 0 || stderr !== '' || !stdout.includes(word)) {
      throw new Error(`${executable} ${argument}: ${signal ?? status}\n${stdout}${stderr}`);
    }
  }
}

function runAs(architecture: Architecture, program: string, args: readonly string[], cwd: string) {
  const emulator =
    architectures[architecture].rpm === hostArchitecture() ? [] : (architectures[architecture].emulator ?? []);
  const [command = '', ...rest] = [...emulator, join(process.cwd(), program), ...args];
  const result = spawnSync(command, rest, { cwd, encoding: 'utf8', env: { PATH: process.env.PATH } });
  if (result.error) throw result.error;
  return result;
}

const hostArchitecture = () => (process.arch === 'arm64' ? 'aarch64' : 'x86_64');

export const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
