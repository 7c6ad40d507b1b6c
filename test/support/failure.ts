import { diff } from '../../agent/report/diff.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Returns whether a suite or file failed only because of tests inside it, which are reported themselves. */
export const isOnlyAboutSubtests = (error: Error): boolean =>
  (error as unknown as Fields).failureType === 'subtestsFailed';

/** Describes a failure: the place, the message, a line diff of multi-line texts, and the stack frames of the project. */
export function describeFailure(where: string, error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !/[( ]node:/.test(line));
  const lines = lineDiff(cause as unknown as Fields);
  return [where, lines ?? String(cause.message || cause), ...frames].join('\n');
}

/** Returns a line diff of two texts; Node shows each text as one long line. */
function lineDiff({ actual, expected, operator }: Fields): string | undefined {
  if (typeof actual !== 'string' || typeof expected !== 'string') return undefined;
  if (!/^(strictEqual|deepStrictEqual|==|equal)$/.test(String(operator)) || !/\n./.test(actual + expected))
    return undefined;
  return ['The texts differ (- expected, + actual):', ...diff(expected, actual, 200)].join('\n');
}
