import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { allowedSkip, isStrict } from './allowed-skips.ts';
import { compareCounts, countOf, type RanFile } from './counts.ts';
import { describeFailure, isOnlyAboutSubtests } from './failure.ts';
import { watchSilence } from './silence.ts';

/**
 * Prints a dot for each test, each failure when it happens, and at the end the skipped tests with reasons, the seconds of slow
 * files, and the totals. Green means that the tests ran: a file without tests fails, and so does one that ran fewer than
 * test/counts.json records. In strict mode (BOOTAGENT_CI=1) a skip that `allowed-skips.ts` does not list fails too.
 */
export default async function* totals(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const skips: string[] = [];
  const told: string[] = [];
  const files = new Map<string, RanFile>();
  const running = watchSilence();
  const failed = (text: string) => {
    counts.failed++;
    process.exitCode = 1;
    return `\n\nFAILED ${text}\n`;
  };
  for await (const event of source) {
    // A test's own diagnostic; the runner's figures have no file.
    if (event.type === 'test:diagnostic' && event.data.file !== undefined) told.push(event.data.message);
    if (event.type === 'test:stderr') countOf(files, event.data.file).noteStderr(event.data.message);
    if (event.type === 'test:enqueue' && event.data.type === 'suite') noteSuite(files, event.data);
    if (event.type === 'test:dequeue') running.began(event.data);
    if (event.type === 'test:summary' && event.data.file !== undefined)
      countOf(files, entryOf(event.data)).ended = true;
    // Not test:pass and test:fail, which wait for every file before this one.
    if (event.type !== 'test:complete') continue;
    running.ended(event.data);
    const { name, details, file = '', line, parentId = 0 } = event.data;
    const skip = event.data.skip ?? (event.data.todo === undefined ? undefined : 'todo');
    const error = details.passed ? undefined : details.error;
    const entry = 'entryFile' in event.data ? entryOf(event.data) : undefined;
    if (entry === undefined) {
      // The file itself: its error is reported unless it comes from the file's tests.
      const ran = countOf(files, file);
      ran.ms = details.duration_ms;
      ran.failed = error !== undefined;
      if (error && !isOnlyAboutSubtests(error)) yield failed(`${describeFailure(file, error)}\n${ran.stderr()}`);
      continue;
    }
    const ran = countOf(files, entry);
    const where = `${file}:${line} ${name}`;
    if (skip !== undefined) {
      counts.skipped++;
      ran.skipped = true;
      const cause = String(skip === true || skip === '' ? 'without a reason' : skip);
      skips.push(`${details.type === 'suite' ? 'suite ' : ''}${name}: ${cause}`);
      if (isStrict() && !allowedSkip(cause)) yield failed(`${where}\nskipped in CI: ${cause}`);
    } else if (error && !(details.type === 'suite' && isOnlyAboutSubtests(error))) {
      yield failed(describeFailure(where, error));
    } else if (details.type !== 'suite') counts.passed++;
    if (details.type !== 'suite') {
      if (!error) yield skip === undefined ? '.' : 's';
      if (parentId === 0 || ran.suites.has(parentId)) ran.tests++;
    }
  }
  running.stop();
  yield* slowFiles(files);
  for (const problem of compareCounts(files)) yield failed(problem);
  for (const skip of skips) yield `\nskipped ${skip}`;
  for (const line of told) yield `\n${line}`;
  yield `\n\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
}

/** Lists the slow files, in CI only. */
function* slowFiles(files: ReadonlyMap<string, RanFile>): Generator<string> {
  if (!isStrict()) return;
  const slow = [...files].filter(([, { ms }]) => ms >= 1_000).sort(([, a], [, b]) => b.ms - a.ms);
  for (const [file, { ms }] of slow) yield `\n${(ms / 1000).toFixed(1).padStart(8)} s ${relative('.', file)}`;
}

function noteSuite(files: Map<string, RanFile>, data: { readonly testId?: number }): void {
  countOf(files, entryOf(data)).suites.add(data.testId ?? 0);
}

const entryOf = (data: object): string => (data as { entryFile?: string }).entryFile ?? '';
