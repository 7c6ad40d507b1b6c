import { asProblem } from '../../base/problem.ts';
import { type Check, isUnseen, type Look, type Unseen, type Verdict } from './check.ts';
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
  readonly tree: Look | Unseen;
  readonly disk: Layout | Unseen;
}

/** Runs the checks. One that fails to run is reported as not checked; the others still run. */
export async function examine(checks: readonly Check[], patient: Subject): Promise<CheckFinding[]> {
  const findings: CheckFinding[] = [];
  for (const check of checks) {
    const verdict = await look(check, patient).catch((error): Unseen => ({ unseen: asProblem(error).message }));
    if (isUnseen(verdict)) findings.push({ check, is: 'not-checked', because: verdict.unseen });
    else findings.push(verdict.length > 0 ? { check, is: 'found', what: verdict } : { check, is: 'passed' });
  }
  return findings;
}

async function look(check: Check, { tree, disk }: Subject): Promise<Verdict> {
  if ('lookAtDisk' in check) return isUnseen(disk) ? disk : check.lookAtDisk(disk);
  return isUnseen(tree) ? tree : check.look(tree);
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
