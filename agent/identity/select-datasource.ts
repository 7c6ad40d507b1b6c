import { asProblem } from '../base/problem.ts';
import { policyOf, type Tries } from '../metadata/backoff.ts';
import type { Instance } from '../metadata/datasource.ts';
import { retryingClient } from '../metadata/retrying-client.ts';
import { type DetectContext, detection, settingsFor, unknownNames } from './detect.ts';

/** The input of the selection of a datasource. */
export interface SelectContext extends DetectContext {
  /** When to give up, in terms of `host.now()`. */
  readonly deadline: number;
  /** No later stage fetches again: missing parts are left out. */
  readonly last?: boolean;
  note(level: 'note' | 'warning', text: string): void;
  /** Called with a description of a long wait, while it lasts and when it ends. */
  waiting?(what: string, ms: number, ended: boolean): void;
  /** The tries that an earlier stage returned when it gave up. */
  readonly tries?: TriesBySource | undefined;
  readonly random?: () => number;
}

/** The tries of each datasource, by its name: plain JSON. */
export type TriesBySource = Readonly<Record<string, Tries>>;

/** The instance and how it was identified, or why there is none and whether a later query may succeed. */
export type Selection =
  | { readonly instance: Instance; readonly how: string }
  | {
      readonly instance: undefined;
      /** Why there is no metadata, as a clause. */
      readonly how: string;
      /** A network datasource is detected or listed, and a later stage should query it again. */
      readonly unasked: boolean;
      /** A datasource was detected, or a detection failed, and none answered: metadata is missing. */
      readonly expected: boolean;
      /** The machine itself shows a network datasource, so that a long wait makes sense. */
      readonly identified: boolean;
      readonly tries: TriesBySource;
    };

/** Returns the instance from the first detected datasource that answers. */
export async function identify(context: SelectContext): Promise<Selection> {
  const { stage, deadline, host, seed, note } = context;
  for (const text of unknownNames(context)) note('warning', text);
  const unseen: string[] = [];
  const failed = (sentence: string): void => {
    unseen.push(sentence);
    note('warning', sentence);
  };
  const likely = (await detection({ ...context, failed })).filter(({ because }) => because !== undefined);
  // "none" is used only if there is no other datasource.
  const all = likely.length > 1 ? likely.filter(({ source }) => source.name !== 'none') : likely;
  const disks = all.filter(({ source }) => source.needs === 'disk');
  const others = all.filter(({ source }) => source.needs === 'network');
  const tries: Record<string, Tries> = { ...context.tries };
  const silent: string[] = [];
  for (const [index, { source, because }] of [...disks, ...(stage === 'network' ? others : [])].entries()) {
    const left = disks.length + others.length - index;
    const until = source.needs === 'disk' ? deadline : host.now() + Math.max(0, deadline - host.now()) / left;
    const settings = settingsFor(context, source);
    const telling = (level: 'note' | 'warning', text: string): void => note(level, `${source.name}: ${text}`);
    const trying = retryingClient({
      ...context,
      policy: policyOf(settings),
      deadline: until,
      note: telling,
      waiting: (server, ms, ended) => context.waiting?.(`asking ${source.name} ${server}`, ms, ended),
      tries: tries[source.name],
    });
    const missing: string[] = [];
    try {
      const instance = await source.fetch({
        host,
        facts: context.facts,
        settings,
        deadline: until,
        client: trying,
        note: telling,
        seed,
        last: context.last,
        without: (sentence) => void missing.push(sentence),
      });
      if (instance)
        return {
          instance: missing.length > 0 ? { ...instance, missing } : instance,
          how: `${source.name}: ${because}`,
        };
    } catch (error) {
      telling('warning', asProblem(error).message);
    }
    tries[source.name] = trying.tries();
    const asked = trying.asked();
    silent.push(asked.length === 0 ? source.name : `${source.name} (${asked.join(', ')})`);
  }
  return {
    instance: undefined,
    how:
      all.length === 0
        ? (unseen[0] ?? 'no datasource was detected')
        : `${(silent.length > 0 ? silent : all.map(({ source }) => source.name)).join(', ')} did not answer`,
    unasked: others.length > 0,
    expected: unseen.length > 0 || all.some(({ source }) => source.name !== 'none'),
    identified: others.some(({ found }) => found),
    tries,
  };
}
