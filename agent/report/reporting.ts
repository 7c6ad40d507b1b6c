import type { ProblemCode } from '../base/problem.ts';
import type { Host } from '../host/host.ts';
import * as readFs from '../host/read-fs.ts';
import { keyOf } from '../resources/index.ts';
import { isNothingDue } from '../state/markers.ts';
import type { State } from '../state/state.ts';
import { consoleAt } from './console.ts';
import type { Event, Report, RunResult } from './event.ts';
import { faultsIn } from './faults.ts';
import { hostKeyBlocks } from './host-key-blocks.ts';
import { keepNotes, keptNotes } from './kept-notes.ts';
import { type LiveStatus, liveStatus } from './live-status.ts';
import { moduleState, outcomeName } from './outcomes.ts';
import { publish, statusFile } from './publish.ts';
import { summaryIn } from './read-summary.ts';
import { redactor } from './redact.ts';
import { console, journal, terminal } from './sinks.ts';
import { addTo, emptySummary, lastLine, type Summary } from './summary.ts';
import { whyLines } from './why.ts';
import { willOf } from './wording.ts';

/** The output of a run: passes events to the sinks. */
export interface Reporting {
  readonly report: Report;
  secret(value: string): void;
  /** Adds words that stay visible, even if one of them is also a password. */
  exempt(words: readonly string[]): void;
  warn(code: ProblemCode, text: string): void;
  note(text: string): void;
  /** Sets the state from which the summary takes the failures that are not fixed yet. */
  follow(state: State): void;
  /** Returns the value with all secrets hidden that are known so far. */
  clean<T>(value: T): T;
  disabled(why: string): void;
  end(result: RunResult): void;
}

/** The outputs of a run and their options. */
export interface Listening {
  readonly version: string;
  out(text: string): void;
  err(text: string): void;
  readonly colour: boolean;
  /** Started by systemd as a unit: writes to the journal and the console. */
  readonly unit: boolean;
  /** Writes one JSON document at the end instead of lines. */
  readonly json: boolean;
  readonly dry: boolean;
  readonly debug: boolean;
  /** Receives the events too, with secrets hidden. */
  readonly recorder?: Report | undefined;
}

/** Selects the sinks: a terminal or the journal; the console and the status file during a boot; one JSON document on request. */
export function reporting(listening: Listening, host: Host): Reporting {
  const { version, out, err, colour, unit, json, dry, debug, recorder } = listening;
  const secrets = redactor();
  const summary: Summary = dry ? emptySummary(version) : continued(host, version);
  const events: Event[] = [];
  const toConsole = unit && !host.offline ? consoleAt('/dev/console') : undefined;
  const sinks: Report[] = [(event) => addTo(summary, event)];
  if (json) sinks.push((event) => void events.push(event));
  else sinks.push(unit ? journal(out) : terminal(out, { colour, debug }));
  if (toConsole) sinks.push(console(toConsole, summary));
  if (recorder) sinks.push(recorder);

  let followed: State | undefined;
  const write = () => {
    if (dry) return;
    if (followed) summary.left = faultsIn(followed);
    summary.updated = host.clock();
    publish(host, secrets.clean(summary), err);
  };
  const live: LiveStatus | undefined = dry ? undefined : liveStatus(summary, () => host.clock(), write);
  const report: Report = (event) => {
    // The state records a failure before this event, which counts it.
    if (event.event === 'run-ended' && followed && !dry) summary.left = faultsIn(followed);
    const clean = secrets.clean(event);
    for (const sink of sinks) sink(clean);
    live?.follow(clean);
    if (toConsole && event.event === 'step' && event.step.change.kind === 'host-keys' && event.step.outcome === 'made')
      toConsole(
        hostKeyBlocks(host)
          .map((line) => `${line}\r\n`)
          .join(''),
      );
  };
  return {
    report(event) {
      report(event);
      if (event.event === 'run-began') write();
    },
    follow(state) {
      followed = state;
      // Notes of an earlier boot are valid until their module or stage runs again.
      if (!dry && summary.stages.length === 0) summary.notes = keptNotes(state);
    },
    secret: secrets.add,
    exempt: secrets.exempt,
    clean: secrets.clean,
    warn: (code, text) => report({ event: 'note', level: 'warning', code, text }),
    note: (text) => report({ event: 'note', level: 'note', text }),
    disabled(why) {
      err(`bootagent is disabled: ${why}\n`);
      summary.state = 'disabled';
      write();
      if (json) out(`${JSON.stringify({ schema_version: 1, state: 'disabled', why })}\n`);
    },
    end(result) {
      live?.end();
      write();
      if (followed && !dry) keepNotes(followed, secrets.clean(summary.notes));
      if (json) out(`${JSON.stringify({ schema_version: 1, ...document(events), result }, undefined, 2)}\n`);
      const last = summary.stages.includes('final') || isNothingDue(host.root);
      if (!toConsole || !last) return;
      const shown = secrets.clean(summary);
      for (const line of [...whyLines(shown), lastLine(shown)]) toConsole(`${line}\r\n`);
    },
  };
}

/** Returns the summary of the earlier stages of this boot, which may be separate processes, or an empty one. */
function continued(host: Host, version: string): Summary {
  try {
    const text = readFs.readText(host.root, statusFile);
    // Written in the same boot: /run is empty at the start of each boot.
    if (text && !host.offline) return summaryIn(text, version) ?? emptySummary(version);
  } catch {
    // Damaged: the summary covers only this run.
  }
  return emptySummary(version);
}

/** Returns a run as one JSON document: its events, without the contents of files. */
function document(events: readonly Event[]): Record<string, unknown> {
  const of = <E extends Event['event']>(name: E) =>
    events.filter((each): each is Extract<Event, { event: E }> => each.event === name);
  return {
    instance: of('instance').map(({ event: _, ...told }) => told)[0],
    steps: of('step').map(({ module, step }) => ({
      module,
      at: step.at,
      change: keyOf(step.change),
      outcome: outcomeName(step),
      ...('difference' in step && { what: willOf(step.change, step.difference), why: step.difference.why }),
      ...('because' in step && { because: step.because }),
    })),
    notes: of('note').map(({ event: _, ...note }) => note),
    problems: of('problem').map(({ module, at, problem }) => ({
      module,
      at,
      code: problem.code,
      message: problem.message,
      hint: problem.hint,
    })),
    modules: Object.fromEntries(of('module-ended').map(({ module, result }) => [module, moduleState(result)])),
  };
}
