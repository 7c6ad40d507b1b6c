import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setRunpath } from './runpath.ts';
import { type Architecture, architectures, libraries, nodeFor } from './runtimes.ts';

/** The files of one executable: what it begins with, and the agent that this loads. */
export interface Code {
  readonly start: string;
  readonly agent: string;
}

/** Makes one executable of its code and the official Node, the same bytes each time. */
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
  // Before the code goes in, never after: a stripped executable of this sort dies at its start. The
  // comment section holds bytes that are no UTF-8, which some checkers of packages choke on.
  execFileSync(strip, [
    '--strip-all',
    '--remove-section=.comment',
    '-o',
    node,
    join(nodeFor(architecture, cache), 'bin/node'),
  ]);
  setRunpath(node, libraries);
  // As a function of what it requires: a script has no modules of its own.
  const wrapped = join(folder, 'agent.cjs');
  writeFileSync(wrapped, `(function (require) {${readFileSync(agent, 'utf8')}\n})`);
  const compiled = join(folder, `agent-${architecture}.cache`);
  const aligned = join(folder, `agent-${architecture}.aligned`);
  const settings = join(folder, `sea-${architecture}.json`);
  writeFileSync(
    settings,
    JSON.stringify({
      // Relative, so that no folder of the build gets into the file.
      main: basename(start),
      output: basename(output),
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      assets: { 'agent.cjs': basename(wrapped), 'agent.cache': basename(aligned) },
      // NODE_OPTIONS must not bring code into a program that runs as root, nor a signal a debugger.
      execArgvExtension: 'none',
      // A run is too short for threads that help it, and for a heap that begins small and is collected twice.
      execArgv: ['--disable-sigusr1', '--v8-pool-size=1', '--single-threaded-gc', '--min-semi-space-size=4'],
    }),
  );
  const once = () => {
    // What was compiled is only taken from a node of the same architecture. The seed makes it the same each time.
    const seed = '--random-seed=42';
    // With room for all it makes, so that no garbage is collected.
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
    // V8 copies what does not begin at a multiple of eight: a megabyte at each start.
    const off = link(8) % 8;
    if (off !== 0 && link(8 - off) % 8 !== 0) throw new Error(`${output}: what V8 kept is not where it can be read`);
    return sha256(output);
  };
  const first = once();
  if (once() !== first) throw new Error(`${output} came out differently when it was built again`);
}

/** The executable starts, answers, and has nothing to complain of: a code cache that is not taken is told on stderr. */
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
