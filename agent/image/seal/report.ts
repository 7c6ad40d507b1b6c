import type { PlanItem } from '../../engine/change.ts';
import type { Step } from '../../engine/step.ts';
import { keyOf } from '../../resources/index.ts';

export interface Sealed {
  readonly item: PlanItem;
  readonly steps: readonly Step[];
}

export interface About {
  readonly called: string;
  readonly sure: boolean;
  readonly running: boolean;
  /** The command that applies what was only previewed. */
  readonly toDo: string;
  /** Whether new files of a tree could not be labelled, so that the first boot labels all files. */
  readonly relabels: boolean;
}

/** The maximum number of paths shown per operation; JSON has all. */
const most = 12;

/** Renders what sealing did or would do as text: each operation with its paths. */
export function sealedAsText(sealed: readonly Sealed[], { called, sure, running, toDo, relabels }: About): string {
  const told = sealed.filter(({ item, steps }) => item.notes || steps.some(({ outcome }) => outcome !== 'holds'));
  const paths = sealed.flatMap(({ steps }) => steps.flatMap(pathsOf));
  const lines = [
    `${sure ? 'Sealed' : 'To seal'}: ${called}`,
    ...told.flatMap((each) => [`  ${each.item.at}`, ...linesOf(each)]),
    ...endOf(told.length, paths.length, sure ? undefined : toDo),
  ];
  if (sure && running) {
    lines.push('The shell you typed this in writes its history when it ends: "unset HISTFILE" first. Then power off.');
  }
  if (relabels) {
    lines.push(
      'New files have no SELinux label, since setfiles or the policy is missing here: /.autorelabel makes the first boot ' +
        'label all files and restart. To avoid that: setfiles -r, or "virt-customize --selinux-relabel".',
    );
  }
  return `${lines.join('\n')}\n`;
}

function endOf(operations: number, paths: number, toDo: string | undefined): string[] {
  if (paths === 0) return ['There is nothing to forget.'];
  const counts = `${counted(operations, 'operation')}, ${counted(paths, 'path')}.`;
  return [toDo === undefined ? counts : `${counts} Nothing was changed. To do it: ${toDo}`];
}

const counted = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

function linesOf({ item, steps }: Sealed): string[] {
  const marks = steps.flatMap((step) => pathsOf(step).map((path) => `    ${signOf(step)} ${path}`));
  const shown = marks.length <= most ? marks : [...marks.slice(0, most - 1), `      … ${marks.length - most + 1} more`];
  return [...shown, ...steps.flatMap(trouble), ...(item.notes ?? []).map(({ text }) => `    ! ${text}`)];
}

function pathsOf(step: Step): readonly string[] {
  if (step.outcome !== 'due' && step.outcome !== 'made') return [];
  if (step.difference.paths) return step.difference.paths;
  return 'path' in step.change ? [step.change.path] : [keyOf(step.change)];
}

const signOf = ({ change }: Step): string => (change.kind === 'removed' || change.kind === 'removed-swap' ? '-' : '~');

function trouble(step: Step): string[] {
  if (step.outcome === 'failed') return [`    x ${keyOf(step.change)}: ${step.problem.message}`];
  if (step.outcome === 'skipped') return [`    . ${keyOf(step.change)}: left alone after the failure`];
  return step.outcome === 'deferred' || step.outcome === 'unknown'
    ? [`    . ${keyOf(step.change)}: ${step.because}`]
    : [];
}

/** Renders the same as JSON, with every path. */
export function sealedAsJson(sealed: readonly Sealed[], { called, sure, running, relabels }: About): string {
  const operations = sealed.map(({ item, steps }) => ({
    name: item.at,
    outcome: outcomeOf(steps),
    paths: steps.flatMap(pathsOf),
    problems: steps.flatMap(trouble).map((line) => line.trim().slice(2)),
    notes: (item.notes ?? []).map(({ text }) => text),
  }));
  return `${JSON.stringify({ schema_version: 1, image: called, running, done: sure, relabels, operations }, undefined, 2)}\n`;
}

const outcomeOf = (steps: readonly Step[]): Step['outcome'] =>
  (['failed', 'unknown', 'deferred', 'made', 'due'] as const).find((each) =>
    steps.some(({ outcome }) => outcome === each),
  ) ?? 'holds';
