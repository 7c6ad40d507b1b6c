import { mayAnswerLater, whyUnreachable } from '../base/http-error.ts';
import { Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import { fetchBudget } from '../host/fetch-budget.ts';
import type { ReadHost } from '../host/host.ts';
import { redirectOf } from '../host/redirect.ts';
import { isTransient, retryAfter } from '../metadata/backoff.ts';
import { whyNotIncluded } from '../userdata/include.ts';

const requestMs = 10_000;
const pausesMs = [1_000, 4_000, 4_000];
const mostRedirects = 5;

/** The longest pause that a server may ask for: the time limit of all fetches must allow another request after it. */
const mostPauseMs = 8_000;

/** Returns a function that fetches the URLs of #include, with retries, within one time limit: login may need what they contain. */
export function includeFetcher(machine: ReadHost): (url: string) => Promise<Uint8Array> {
  const { host } = fetchBudget(machine);
  return async (url) => {
    for (let attempt = 0; ; attempt++) {
      const ended = await attempted(url, host);
      if ('body' in ended) return ended.body;
      const pause = pausesMs[attempt];
      if (ended.final || pause === undefined) throw ended.problem;
      // Where no time is left for a pause, the last answer says more than that.
      await host.sleep(Math.min(Math.max(pause, ended.afterMs ?? 0), mostPauseMs)).catch(() => {
        throw ended.problem;
      });
    }
  };
}

type Attempted =
  | { readonly body: Uint8Array }
  | { readonly problem: Problem; readonly final: boolean; readonly afterMs?: number | undefined };

async function attempted(start: string, host: ReadHost): Promise<Attempted> {
  const failed = (message: string): Attempted => ({ problem: new Problem('not-possible', message), final: true });
  let url = start;
  for (let count = 0; ; count++) {
    const refused = whyNotIncluded(url);
    if (refused) return failed(`it redirects: ${refused}`);
    try {
      const answer = await host.http({ url, timeoutMs: requestMs });
      const { status, headers, body } = answer;
      const to = redirectOf(answer);
      if (to === undefined) {
        if (status === 200) return { body };
        const problem = new Problem('not-possible', `${shownUrl(url)} answers with status ${status}`);
        return { problem, final: !isTransient(status), afterMs: retryAfter(headers['retry-after'], host.clock()) };
      }
      if (count === mostRedirects) return failed(`more than ${mostRedirects} redirects`);
      const next = URL.parse(to, url)?.href;
      if (next === undefined) return failed(`it redirects to ${JSON.stringify(to)}, which is not a URL`);
      if (url.startsWith('https:') && !next.startsWith('https:')) return failed('it redirects from https to http');
      url = next;
    } catch (error) {
      const why = whyUnreachable(error);
      if (why === undefined || !(error instanceof Problem)) throw error;
      // Without a network, or behind a filter of this machine, this is final: a later stage tries again.
      return { problem: error, final: why === 'no-route' || !mayAnswerLater(why) };
    }
  }
}
