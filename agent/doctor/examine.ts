import { asProblem } from '../problem.ts';
import { type Check, isUnseen, type Look, type Unseen } from './check.ts';

/** How one check went. */
export type Finding = { readonly check: Check } & (
  | { readonly is: 'passed' }
  | { readonly is: 'found'; readonly what: readonly string[] }
  /** What cannot be seen is never passed. */
  | { readonly is: 'not-checked'; readonly because: string }
);

/** Goes through the checks. One that cannot look costs itself alone. */
export async function examine(checks: readonly Check[], at: Look): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) {
    const verdict = await check.look(at).catch((error): Unseen => ({ unseen: asProblem(error).message }));
    if (isUnseen(verdict)) findings.push({ check, is: 'not-checked', because: verdict.unseen });
    else findings.push(verdict.length > 0 ? { check, is: 'found', what: verdict } : { check, is: 'passed' });
  }
  return findings;
}

/** How many of each: errors decide the exit. */
export function countsOf(findings: readonly Finding[]) {
  const found = (severity: Check['severity']) =>
    findings.filter(({ is, check }) => is === 'found' && check.severity === severity).length;
  const being = (what: Finding['is']) => findings.filter(({ is }) => is === what).length;
  return {
    errors: found('error'),
    warnings: found('warning'),
    passed: being('passed'),
    notChecked: being('not-checked'),
  };
}
