import { asProblem } from '../base/problem.ts';
import { policyOf, type Tries } from '../metadata/backoff.ts';
import type { Instance } from '../metadata/datasource.ts';
import { retryingClient } from '../metadata/retrying-client.ts';
import { type DetectContext, detection, settingsFor, unknownNames } from './detect.ts';

/** What a datasource is selected by. */
export interface SelectContext extends DetectContext {
  /** When to give up, on the host's clock. */
  readonly deadline: number;
  /** No later stage asks again: what cannot be had is done without. */
  readonly last?: boolean;
  note(level: 'note' | 'warning', text: string): void;
  /** Called with what is waited for, when that takes long and when it ends. */
  waiting?(what: string, ms: number, ended: boolean): void;
  /** What an earlier stage returned when it gave up. */
  readonly tries?: TriesBySource | undefined;
  readonly random?: () => number;
}

/** What each source was tried, by name: plain JSON. */
export type TriesBySource = Readonly<Record<string, Tries>>;

/** Who we are and how we know; or what there is left to hope for. */
export type Selection =
  | { readonly instance: Instance; readonly how: string }
  | {
      readonly instance: undefined;
      /** Why there is no metadata, as a clause. */
      readonly how: string;
      /** A network source is to be asked again later: it is there, or the image names it. */
      readonly unasked: boolean;
      /** A source was detected, or could not be looked for, and none answered: the machine is not what it should be. */
      readonly expected: boolean;
      /** The platform itself speaks for a source, so that a long wait is worth it. */
      readonly identified: boolean;
      readonly tries: TriesBySource;
    };

/** Who we are, from the first source that has something to say for itself and tells us. */
export async function identify(context: SelectContext): Promise<Selection> {
  const { stage, deadline, host, seed, note } = context;
  for (const text of unknownNames(context)) note('warning', text);
  const unseen: string[] = [];
  const failed = (sentence: string): void => {
    unseen.push(sentence);
    note('warning', sentence);
  };
  const likely = (await detection({ ...context, failed })).filter(({ because }) => because !== undefined);
  // To have nobody to ask is what is left when there is nobody else.
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
