import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Architecture, architectures, nodeFor } from './runtimes.ts';

/** Makes one executable of a bundle and the official Node, the same bytes each time. */
export function makeExecutable(bundle: string, output: string, architecture: Architecture, cache: string): void {
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
  const settings = join(folder, `sea-${architecture}.json`);
  writeFileSync(
    settings,
    JSON.stringify({
      // Relative, so that no folder of the build gets into the file.
      main: basename(bundle),
      output: basename(output),
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      // NODE_OPTIONS must not bring code into a program that runs as root.
      execArgvExtension: 'none',
    }),
  );
  const once = () => {
    // The code cache is only taken from a node of the same architecture. The seed makes it the same each time.
    runAs(architecture, node, ['--random-seed=42', '--build-sea', basename(settings)], folder);
    return sha256(output);
  };
  const first = once();
  if (once() !== first) throw new Error(`${output} came out differently when it was built again`);
}

/** The executable starts, answers, and has nothing to complain of: a code cache that is not taken is told on stderr. */
export function checkExecutable(executable: string, architecture: Architecture, expected: string): void {
  const { stdout, stderr, status, signal } = runAs(architecture, executable, ['version'], '.');
  if (status !== 0 || stderr !== '' || !stdout.includes(expected)) {
    throw new Error(`${executable} version: ${signal ?? status}\n${stdout}${stderr}`);
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
