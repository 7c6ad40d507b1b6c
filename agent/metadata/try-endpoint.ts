import { whyUnreachable } from '../base/http-error.ts';
import { Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { ReadHost, Request, Response } from '../host/host.ts';
import { isTransient, retryAfter, type TryOutcome } from './backoff.ts';

/** What is wrong with an answer, in words, where it is nothing that was asked for: the page of a captive portal. */
export type Judge = (answer: Response) => string | undefined;

/** An answer and the place that gave it. */
export interface Attempt {
  readonly root: string;
  readonly answer: Response;
}

/** How one attempt ended. */
export interface Ended {
  readonly outcome: TryOutcome;
  readonly attempt?: Attempt;
  readonly problem?: Problem;
  readonly busy?: true;
}

export type Asker = Pick<ReadHost, 'http' | 'now' | 'clock' | 'sleep'>;

/** How long one place may be silent before the next is asked beside it. */
const staggerMs = 250;

/** Asks one place. */
export async function tryEndpoint(host: Asker, root: string, request: Request, judge: Judge): Promise<Ended> {
  const what = `${request.method ?? 'GET'} ${shownUrl(request.url)}`;
  try {
    const answer = await host.http(request);
    const wrong = isTransient(answer.status) ? undefined : judge(answer);
    if (wrong !== undefined) return { outcome: {}, problem: new Problem('bad-metadata', `${what}: ${wrong}`) };
    if (!isTransient(answer.status)) return { outcome: 'answered', attempt: { root, answer } };
    const problem = new Problem('datasource-unreachable', `${what}: answered ${answer.status}`);
    return { outcome: { retryAfterMs: retryAfter(answer.headers['retry-after'], host.clock()) }, problem, busy: true };
  } catch (error) {
    const why = whyUnreachable(error);
    if (!(error instanceof Problem) || why === undefined) throw error;
    return { outcome: why === 'no-route' ? 'local' : {}, problem: error };
  }
}

/** Asks several places, each a moment after the one before, until one answers. */
export async function raceEndpoints(
  host: Asker,
  roots: readonly string[],
  ask: (root: string) => Promise<Ended>,
): Promise<Ended> {
  const running = new Set<Promise<Ended>>();
  let last: Ended = { outcome: 'local', problem: new Problem('datasource-unreachable', 'there is no network yet') };
  for (const [index, root] of roots.entries()) {
    const one: Promise<Ended> = ask(root).finally(() => running.delete(one));
    running.add(one);
    const more = index < roots.length - 1;
    const ended = await Promise.race([...running, ...(more ? [host.sleep(staggerMs)] : [])]);
    // A service that is busy is not asked the same at its other address.
    if (ended?.outcome === 'answered' || ended?.busy) return ended;
    if (ended) last = worse(last, ended);
  }
  while (running.size > 0) {
    const ended = await Promise.race(running);
    if (ended.outcome === 'answered' || ended.busy) return ended;
    last = worse(last, ended);
  }
  return last;
}

/** Of two failures the one that tells more: where one request arrived somewhere, there is a network. */
const worse = (one: Ended, other: Ended): Ended => (one.outcome === 'local' ? other : one);
