import { diff } from '../../agent/report/diff.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A suite or file that failed only because tests inside it did, which are reported themselves. */
export const isOnlyAboutSubtests = (error: Error): boolean =>
  (error as unknown as Fields).failureType === 'subtestsFailed';

/** Where it was, what it says, how two texts of several lines differ, and the frames that are ours. */
export function describeFailure(where: string, error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !/[( ]node:/.test(line));
  const lines = lineDiff(cause as unknown as Fields);
  return [where, lines ?? String(cause.message || cause), ...frames].join('\n');
}

/** Node shows texts as one long line each. */
function lineDiff({ actual, expected, operator }: Fields): string | undefined {
  if (typeof actual !== 'string' || typeof expected !== 'string') return undefined;
  if (!/^(strictEqual|deepStrictEqual|==|equal)$/.test(String(operator)) || !/\n./.test(actual + expected))
    return undefined;
  return ['The texts differ (- expected, + actual):', ...diff(expected, actual, 200)].join('\n');
}
