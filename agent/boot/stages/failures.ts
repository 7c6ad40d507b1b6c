import { asProblem, isNonFatal, Problem, type ProblemCode } from '../../base/problem.ts';
import type { PlanItem } from '../../engine/change.ts';
import type { ItemReport } from '../../engine/handler.ts';
import type { Module } from '../../engine/module.ts';
import type { ModuleResult, Report } from '../../report/event.ts';
import type { Failure, ModuleRecord } from '../../state/records.ts';
import { placeOf } from '../../userdata/schema/source-location.ts';
import type { Mapping } from '../../userdata/schema/source-node.ts';
import { mostTries } from './module-record.ts';

/** Collects the failures of one module run, in addition to those of earlier runs. */
export interface Failures {
  readonly failed: Readonly<Record<string, Failure>>;
  add(at: string, problem: Problem, item?: ItemReport): void;
  /** An earlier failure that this run did not repair. */
  keep(at: string, failure: Failure | undefined): void;
  /** Runs a write of the state; its failure is recorded and stops no change of the same module run. */
  guard(write: () => void): void;
}

export function failuresOf(
  { name }: Module,
  {
    last,
    same,
    report,
    redact = (text) => text,
  }: {
    readonly last: ModuleRecord | undefined;
    readonly same: boolean;
    readonly report: Report;
    redact?(text: string): string;
  },
): Failures {
  const failed: Record<string, Failure> = {};
  const add: Failures['add'] = (at, problem, item) => {
    const tries = (same ? (last?.failed[at]?.tries ?? 0) : 0) + 1;
    const { code } = problem;
    // The message is stored, and shown by later runs that know no secrets.
    const message = redact(problem.message);
    failed[at] = { tries: isFinal(problem) ? mostTries : tries, code, message, ...(item && { item }) };
    report({ event: 'problem', module: name, at, problem });
  };
  return {
    failed,
    add,
    keep(at, failure = { tries: mostTries, code: 'script-failed', message: `${at} failed when it was run` }) {
      failed[at] = failure;
      report({ event: 'problem', module: name, at, problem: standing(name, failure), standing: true });
    },
    guard(write) {
      try {
        write();
      } catch (error) {
        add('state', asProblem(error));
      }
    },
  };
}

/** Returns an earlier failure as a problem to report again, with a hint how to fix it. */
function standing(module: string, { code, message }: Failure): Problem {
  const hint = isOfScript(code)
    ? `A script that ran is not run again by itself. After the repair: bootagent run --force --only ${module}`
    : code === 'bad-settings'
      ? 'Correct the setting; it is read again at the next run.'
      : 'After the repair: bootagent run --retry-failed';
  return new Problem(code as ProblemCode, message, { hint });
}

const isOfScript = (code: string): boolean => code === 'script-failed' || code === 'interrupted';

/** Reports the failures of an earlier run of a module that has nothing due, and returns the state of the module. */
export function reportStanding(module: Module, last: ModuleRecord | undefined, report: Report): ModuleResult['state'] {
  const failures = failuresOf(module, { last, same: true, report });
  for (const [at, failure] of Object.entries(last?.failed ?? {})) failures.keep(at, failure);
  return stateOf(failures.failed) ?? 'kept';
}

/** Returns the state of a module by its failures; undefined if it has none. */
export function stateOf(failed: Readonly<Record<string, Failure>>): 'failed' | 'problems' | undefined {
  const codes = Object.values(failed).map(({ code }) => code);
  if (codes.length === 0) return undefined;
  return codes.every(isNonFatal) ? 'problems' : 'failed';
}

/** Returns whether a failure is not retried: a script is not repeatable, and a wrong setting is still wrong at the next boot. */
const isFinal = ({ code }: Problem): boolean =>
  ['script-failed', 'interrupted', 'bad-settings', 'unsafe-path'].includes(code);

/** Returns the problem with the line of the configuration that requests what failed. */
export function withPlace(problem: Problem, { at: itemAt, commands = [] }: PlanItem, settings: Mapping): Problem {
  const at = problem.at ?? itemAt;
  const place = commands.find((each) => each.at === at)?.place;
  const where = place === undefined ? placed(placeOf(at, settings)) : `${place}: `;
  if (where === '') return problem;
  const { code, message, hint, stderrTail, cause } = problem;
  return new Problem(code, `${where}${message.startsWith(at) ? '' : `${at}: `}${message}`, {
    hint,
    cause,
    at: problem.at,
    ...(stderrTail !== undefined && { stderrTail }),
  });
}

export const placed = ({ source, line, column }: { source: string; line: number; column: number }): string =>
  line === 0 ? '' : `${source}:${line}:${column}: `;
