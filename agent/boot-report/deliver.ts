import { asProblem, Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { Host, Request } from '../host/host.ts';
import { isTransient, next, type Policy, retryAfter, untried } from '../metadata/backoff.ts';

/** The time limit of a sink for all its requests and pauses, and the range of the pause before the first request. */
const mostMs = 60_000;
const firstMs = 2_000;
const policy: Policy = { timeoutMs: 10_000, pauseMs: 500, spreadMs: 1_000, mostMs: 15_000, attempts: 8 };

/** The rest of an answer is not read: only its status counts. */
const mostAnswer = 4096;

/** What a sink sends with, and until when. */
export interface Delivery {
  readonly host: Host;
  readonly random: () => number;
  /** The end of the sink's budget, by the clock of `host.now`. */
  readonly end: number;
}

/** Limits that a sink's settings may lower. */
export type DeliveryLimits = Partial<Pick<Policy, 'timeoutMs' | 'attempts'>>;

/** Begins the budget of a sink. Many machines finish at once, so the first request waits for up to two seconds. */
export async function beginDelivery(host: Host, random: () => number, budgetMs = mostMs): Promise<Delivery> {
  const end = host.now() + budgetMs;
  await host.sleep(random() * Math.min(firstMs, budgetMs));
  return { host, random, end };
}

/**
 * Sends a request until it is answered with 2xx. Throws once the receiver refuses it, the attempts are used up, or the next
 * attempt would exceed the budget. `what` is the subject of the message: "The boot was not reported".
 */
export async function deliver(
  what: string,
  request: Request & { readonly url: string },
  { host, random, end }: Delivery,
  limits: DeliveryLimits = {},
): Promise<void> {
  const limited: Policy = {
    ...policy,
    timeoutMs: Math.min(policy.timeoutMs, limits.timeoutMs ?? policy.timeoutMs),
    attempts: Math.min(policy.attempts ?? 1, limits.attempts ?? 8),
  };
  let state = untried;
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(limited.timeoutMs, end - host.now()));
    const answer = await host.send({ ...request, timeoutMs, truncateAt: mostAnswer }).catch(asProblem);
    if (!(answer instanceof Problem) && answer.status >= 200 && answer.status < 300) return;
    const why = answer instanceof Problem ? answer.message : `it answered with ${answer.status}`;
    const retryAfterMs =
      answer instanceof Problem ? undefined : retryAfter(answer.headers['retry-after'], host.clock());
    const { tries, pauseMs } = next(limited, state, { retryAfterMs }, random);
    const isRefused = !(answer instanceof Problem) && !isTransient(answer.status);
    if (pauseMs === undefined || isRefused || host.now() + pauseMs >= end)
      throw new Problem('phone-home-failed', `${what} to ${shownUrl(request.url)}: ${why} (attempts: ${tries.failed})`);
    state = tries;
    await host.sleep(pauseMs);
  }
}
