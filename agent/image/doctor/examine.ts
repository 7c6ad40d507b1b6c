import { asProblem } from '../../base/problem.ts';
import { type Check, isUnseen, type Look, type Unseen, type Verdict } from './check.ts';
import type { Layout } from './disk-layout.ts';

/** How one check went. */
export type CheckFinding = { readonly check: Check } & (
  | { readonly is: 'passed' }
  | { readonly is: 'found'; readonly what: readonly string[] }
  /** What cannot be seen is never passed. */
  | { readonly is: 'not-checked'; readonly because: string }
);

/** What lies before the doctor: files, a disk, both, or why one of them does not. */
export interface Subject {
  readonly tree: Look | Unseen;
  readonly disk: Layout | Unseen;
}

/** Goes through the checks. One that cannot look costs itself alone. */
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

/** How many of each: errors decide the exit. */
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
