import { asProblem } from '../base/problem.ts';
import type { Facts } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';
import { policyOf, type Tries } from '../metadata/backoff.ts';
import type { Instance } from '../metadata/datasource.ts';
import { patience } from '../metadata/retrying-client.ts';
import { evidence, settingsOf, unknownNames } from './detect.ts';

/** What identify is told. */
export interface Looking {
  readonly host: ReadHost;
  readonly facts: Facts;
  /** What `datasource_list` names, in anybody's spelling; undefined where there is no list. */
  readonly named: readonly string[] | undefined;
  /** `datasource: {Ec2: {...}}`, by any spelling of the name. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Before there is a network only what lies on disks is looked at. */
  readonly stage: 'local' | 'network';
  /** When to give up, on the host's clock. */
  readonly deadline: number;
  /** No later stage asks again: what cannot be had is done without. */
  readonly last?: boolean;
  /** A folder that is the seed, whatever else there is. */
  readonly seed?: string | undefined;
  note(level: 'note' | 'warning', text: string): void;
  /** What an earlier stage returned when it gave up. */
  readonly tries?: TriesBySource | undefined;
  readonly random?: () => number;
}

/** What each source was tried, by name: plain JSON. */
export type TriesBySource = Readonly<Record<string, Tries>>;

/** Who we are and how we know; or what there is left to hope for. */
export type Identity =
  | { readonly instance: Instance; readonly how: string }
  | {
      readonly instance: undefined;
      /** Why nobody told us, as a sentence. */
      readonly how: string;
      /** A network source is to be asked again later: it is there, or the image names it. */
      readonly unasked: boolean;
      /** Something spoke for a source, and yet nobody told: the machine is not what it should be. */
      readonly expected: boolean;
      /** The platform itself speaks for a source, so that a long wait is worth it. */
      readonly identified: boolean;
      readonly tries: TriesBySource;
    };

/** Who we are, from the first source that has something to say for itself and tells us. */
export async function identify(looking: Looking): Promise<Identity> {
  const { stage, deadline, host, seed, note } = looking;
  for (const text of unknownNames(looking)) note('warning', text);
  const likely = (await evidence(looking)).filter(({ because }) => because !== undefined);
  // To have nobody to ask is what is left when there is nobody else.
  const all = likely.length > 1 ? likely.filter(({ source }) => source.name !== 'none') : likely;
  const disks = all.filter(({ source }) => source.needs === 'disk');
  const others = all.filter(({ source }) => source.needs === 'network');
  const tries: Record<string, Tries> = { ...looking.tries };
  for (const [index, { source, because }] of [...disks, ...(stage === 'network' ? others : [])].entries()) {
    const left = disks.length + others.length - index;
    const until = source.needs === 'disk' ? deadline : host.now() + Math.max(0, deadline - host.now()) / left;
    const settings = settingsOf(looking, source);
    const telling = (level: 'note' | 'warning', text: string): void => note(level, `${source.name}: ${text}`);
    const trying = patience({
      ...looking,
      policy: policyOf(settings),
      deadline: until,
      note: telling,
      tries: tries[source.name],
    });
    const missing: string[] = [];
    try {
      const instance = await source.fetch({
        host,
        facts: looking.facts,
        settings,
        deadline: until,
        patience: trying,
        note: telling,
        seed,
        last: looking.last,
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
  }
  return {
    instance: undefined,
    how:
      all.length === 0
        ? 'nothing here speaks for any source'
        : `no answer from ${all.map(({ source }) => source.name).join(', ')}`,
    unasked: others.length > 0,
    expected: all.some(({ source }) => source.name !== 'none'),
    identified: others.some(({ found }) => found),
    tries,
  };
}
