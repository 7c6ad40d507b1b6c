import { mayAnswerLater, whyUnreachable } from '../base/http-error.ts';
import { asProblem, Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { ReadHost, Response } from '../host/host.ts';
import { redirectOf } from '../host/redirect.ts';
import { isTransient, next, type Policy, retryAfter, type Tries, untried } from './backoff.ts';

const policy: Policy = { timeoutMs: 10_000, pauseMs: 1_000, spreadMs: 1_000, mostMs: 15_000, attempts: 5 };

/** The largest answer that is read, in bytes. */
const mostBytes = 2 ** 20;

/**
 * Fetches a text that decides whom the machine trusts: keys. It retries what may pass, and follows redirects to https only. `what`
 * begins the message of a failure. On the way to sshd the host limits the total time (`fetched-late`).
 */
export async function fetchText(
  url: string,
  host: ReadHost,
  { what, hint }: { readonly what: string; readonly hint: string },
): Promise<string> {
  let state: Tries = untried;
  for (;;) {
    const answer = await followed(url, host).catch(asProblem);
    if (!(answer instanceof Problem) && answer.status === 200) return new TextDecoder().decode(answer.body);
    if (answer instanceof Problem && answer.code === 'fetched-late') throw answer;
    const failed = answer instanceof Problem;
    const retryAfterMs = failed ? undefined : retryAfter(answer.headers['retry-after'], host.clock());
    const { tries, pauseMs } = next(policy, state, { retryAfterMs }, Math.random);
    if (pauseMs === undefined || !(failed ? mayPass(answer) : isTransient(answer.status))) {
      const why = failed ? answer.message : `${shownUrl(url)} answered with status ${answer.status}`;
      throw new Problem('not-possible', `${what}: ${why}`, { hint, cause: answer });
    }
    state = tries;
    await host.sleep(pauseMs);
  }
}

async function followed(url: string, host: ReadHost, left = 3): Promise<Response> {
  const answer = await host.http({ url, timeoutMs: policy.timeoutMs, limitBytes: mostBytes });
  const to = redirectOf(answer);
  if (to === undefined || left === 0) return answer;
  const target = URL.parse(to, url);
  return target?.protocol === 'https:' ? followed(target.href, host, left - 1) : answer;
}

function mayPass(problem: Problem): boolean {
  const why = whyUnreachable(problem);
  return why === undefined || mayAnswerLater(why);
}
