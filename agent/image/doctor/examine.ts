import { asProblem } from '../../base/problem.ts';
import { type Check, type CheckContext, isNotChecked, type NotChecked, type Verdict } from './check.ts';
import type { Layout } from './disk-layout.ts';

/** The result of one check. */
export type CheckFinding = { readonly check: Check } & (
  | { readonly is: 'passed' }
  | { readonly is: 'found'; readonly what: readonly string[] }
  /** A check that cannot be done never counts as passed. */
  | { readonly is: 'not-checked'; readonly because: string }
);

/** The subject of the checks: files, a disk, or both, and why one of them is not available. */
export interface Subject {
  readonly tree: CheckContext | NotChecked;
  readonly disk: Layout | NotChecked;
}

/** Runs the checks. One that fails to run is reported as not checked; the others still run. */
export async function examine(checks: readonly Check[], subject: Subject): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const check of checks) {
    const verdict = await inspect(check, subject).catch(
      (error): NotChecked => ({ notChecked: asProblem(error).message }),
    );
    if (isNotChecked(verdict)) findings.push({ check, is: 'not-checked', because: verdict.notChecked });
    else findings.push(verdict.length > 0 ? { check, is: 'found', what: verdict } : { check, is: 'passed' });
  }
  return findings;
}

async function inspect(check: Check, { tree, disk }: Subject): Promise<Verdict> {
  if ('inspectDisk' in check) return isNotChecked(disk) ? disk : check.inspectDisk(disk);
  return isNotChecked(tree) ? tree : check.inspect(tree);
}

/** Counts the results; the number of errors decides the exit code. */
export function countChecks(findings: readonly CheckFinding[]) {
  const found = (severity: Check['severity']) =>
    findings.filter(({ is, check }) => is === 'found' && check.severity === severity).length;
  const being = (what: CheckFinding['is']) => findings.filter(({ is }) => is === what).length;
  return {
    errors: found('error'),
    warnings: found('warning'),
    passed: being('passed'),
    notChecked: being('not-checked'),
  };
}
