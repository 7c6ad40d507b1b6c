import { fstatSync, readSync } from 'node:fs';
import { exit } from './base/exit-codes.ts';
import { printable } from './base/printable.ts';
import { asProblem, Problem } from './base/problem.ts';
import { version } from './base/version.ts';
import { pause, writeAll } from './base/write-all.ts';
import type { Io } from './boot/io.ts';
import { helpOf, overview } from './commands/help.ts';
import { parseArguments } from './commands/parse.ts';
import { commands } from './commands/table.ts';
import { syncPending } from './host/pending-syncs.ts';

/** Work that runs after the exit code was reported to the caller. */
const left: (() => Promise<void>)[] = [];

/** The composition root: the only file that imports both the agent and its modules. */
const around: Io = {
  version,
  schedule: async () => (await import('../modules/index.ts')).schedule,
  // Foreign text is escaped on a terminal; a file or a pipe receives it unchanged.
  out: (text) => writeAll(1, isTerminal(1) ? printable(text) : text),
  err: (text) => writeAll(2, isTerminal(2) ? printable(text) : text),
  styled: isTerminal(1) ? (text) => writeAll(1, text) : undefined,
  readStdin: async () => readAll(0),
  later: (work) => left.push(work),
  env: process.env,
  terminal: isTerminal(1),
  // A serial console often knows no width.
  columns: () => (isTerminal(1) ? Number(process.env.COLUMNS) || process.stdout.columns || 80 : undefined),
};

// Files get the modes that the agent asks for, and files of scripts the usual ones, whatever umask was inherited.
process.umask(0o022);

serve(process.argv.slice(2)).then(async (code) => {
  // No caller waits for this work, and its failures are not reported.
  for (const work of left)
    await work()
      .then(syncPending)
      .catch(() => {});
  // All output is written and all work is done; without an explicit exit, open or pending connections keep the process alive.
  process.exit(code);
});

async function serve(argv: readonly string[]): Promise<number> {
  const code = await main(argv, around);
  // No unit follows the last one.
  if (around.env.BOOTAGENT_STAGE_SERVER === undefined || argv.includes('final')) return code;
  const { serveStages: takeTurns } = await import('./boot/stage-server/stage-server.ts');
  return takeTurns(code, around, main);
}

async function main(argv: readonly string[], around: Io): Promise<number> {
  try {
    const [first = '--help', ...rest] = argv;
    if (['--help', '-h', 'help'].includes(first)) {
      const asked = commands.find(({ name }) => name === rest[0]);
      around.out(asked ? helpOf(asked) : overview(commands));
      return exit.done;
    }
    if (first === '--version') return await main(['version'], around);
    const named = commands.find(({ name }) => name === first);
    const options = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : rest.length);
    if (named && (options.includes('--help') || options.includes('-h'))) {
      around.out(helpOf(named));
      return exit.done;
    }
    const { command, given } = parseArguments(argv, commands);
    const code = await (await command.load()).run(given, around);
    syncPending();
    return code;
  } catch (error) {
    const { code, message, hint, stderrTail, cause, stack } = asProblem(error);
    around.err(`bootagent: ${message}${stderrTail ? `: ${stderrTail}` : ''}\n  ${hint}\n`);
    if (code === 'unexpected') around.err(`${cause instanceof Error ? cause.stack : stack}\n`);
    if (code === 'locked') return exit.locked;
    return ['bad-invocation', 'bad-input', 'needs-root'].includes(code) ? exit.badInput : exit.failed;
  }
}

/**
 * Returns whether a descriptor is a character device other than /dev/null. node:tty would load half of Node's network code for
 * it.
 */
function isTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isCharacterDevice() && stats.rdev !== 0x103; // 1:3 is /dev/null
  } catch {
    return false;
  }
}

/**
 * The limit of reads: a pipe returns up to 64 KiB at a time and seldom less than a page (4 KiB), so at least 64 MiB are
 * accepted.
 */
const mostChunks = 2 ** 14;

function readAll(fd: number): Uint8Array {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65536);
  while (chunks.length < mostChunks) {
    try {
      const length = readSync(fd, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(Buffer.from(chunk.subarray(0, length)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      pause();
    }
  }
  throw new Problem('bad-input', 'Standard input is larger than any input may be');
}
