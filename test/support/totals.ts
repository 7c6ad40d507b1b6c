import type { TestEvent } from 'node:test/reporters';

/** A dot a test, and at the end what failed, why what was skipped, and the totals. */
export default async function* totals(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const skips: string[] = [];
  const told: string[] = [];
  for await (const event of source) {
    // Of a test; the runner's own figures have no file.
    if (event.type === 'test:diagnostic' && event.data.file !== undefined) told.push(event.data.message);
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, details, file, line } = event.data;
    if (details.type === 'suite') continue;
    yield event.type === 'test:pass' ? '.' : 'X';
    if (event.data.skip !== undefined) {
      counts.skipped++;
      skips.push(`${name}: ${event.data.skip}`);
    } else if (event.type === 'test:pass') counts.passed++;
    else {
      counts.failed++;
      const error = 'error' in details ? details.error : undefined;
      const cause = error?.cause instanceof Error ? error.cause : error;
      failures.push(`${file}:${line} ${name}\n${cause?.stack ?? ''}`);
    }
  }
  for (const failure of failures) yield `\n\nFAILED ${failure}`;
  for (const skip of skips) yield `\nskipped ${skip}`;
  for (const line of told) yield `\n${line}`;
  yield `\n\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
}
