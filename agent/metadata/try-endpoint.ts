import { whyUnreachable } from '../base/http-error.ts';
import { Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { ReadHost, Request, Response } from '../host/host.ts';
import { isTransient, retryAfter, type TryOutcome } from './backoff.ts';

/** Returns what is wrong with an answer, as a text, or undefined: it detects answers such as the page of a captive portal. */
export type Judge = (answer: Response) => string | undefined;

/** An answer and the endpoint that sent it. */
export interface Attempt {
  readonly root: string;
  readonly answer: Response;
}

/** The end of one attempt. */
export interface Ended {
  readonly outcome: TryOutcome;
  readonly attempt?: Attempt;
  readonly problem?: Problem;
  readonly busy?: true;
}

export type Asker = Pick<ReadHost, 'http' | 'now' | 'clock' | 'sleep'>;

/** The wait for one endpoint before the next one is tried in parallel. */
const staggerMs = 250;

/** Sends a request to one endpoint. */
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
    return { outcome: why === 'no-route' ? 'local' : why === 'prohibited' ? 'final' : {}, problem: error };
  }
}

/** Sends a request to several endpoints, each a moment after the previous one, until one answers. */
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
    // A busy service is not queried at its other address as well.
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

/**
 * Returns the more significant of two failures: one that is not "local" shows that there is a network, and one that is not final
 * may end otherwise next time.
 */
const worse = (one: Ended, other: Ended): Ended =>
  one.outcome === 'local' || (one.outcome === 'final' && other.outcome !== 'local') ? other : one;
