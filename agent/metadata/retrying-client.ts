import { Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { Request, Response } from '../host/host.ts';
import { type Answered, fittingPause, isSpent, next, type Policy, type Tries, untried } from './backoff.ts';
import { type Asker, type Attempt, type Judge, raceEndpoints, tryEndpoint } from './try-endpoint.ts';

/** An HTTP client that repeats a request until there is an answer, or until the policy or the deadline ends the attempts. */
export interface RetryingClient {
  /** Returns the first answer that is neither temporary nor rejected by the judge. Throws on giving up. */
  ask(request: Request, judge?: Judge): Promise<Response>;
  /** The same for several endpoints: requests start one after the other with a short delay, and the first answer wins. */
  askAny(roots: Roots, request: (root: string) => Request, judge?: Judge): Promise<Attempt>;
  /** Returns the attempts and answers so far. */
  tries(): Tries;
  /** Returns the servers that requests were sent to: "http://169.254.169.254". */
  asked(): readonly string[];
}

interface Options {
  readonly host: Asker;
  readonly policy: Policy;
  readonly deadline: number;
  readonly note: (level: 'note' | 'warning', text: string) => void;
  readonly tries?: Tries | undefined;
  /** Called when a wait is long, at growing intervals while it lasts, and when the answer arrives. */
  readonly waiting?: ((server: string, ms: number, ended: boolean) => void) | undefined;
  readonly random?: () => number;
}

/** Returns the endpoints; called before each attempt, because an interface may have appeared. */
export type Roots = () => Promise<readonly string[]>;

/** The wait before the first notice; each further notice comes after twice the time. */
const noticedMs = 10_000;

/** The maximum size in bytes of an answer that is kept for the next stage. */
const mostKept = 2 ** 16;

/** Returns the client of one datasource. Its requests share one retry state, because all of them go to the same service. */
export function retryingClient(options: Options): RetryingClient {
  const { host, policy, deadline, note, tries: earlier = untried, waiting, random = Math.random } = options;
  const began = host.now();
  const patienceEnds = began + Math.max(0, (policy.maxWaitMs ?? Number.POSITIVE_INFINITY) - earlier.waitedMs);
  const earlierAnswers = new Map(Object.entries(earlier.answers ?? {}));
  const answers = new Map(earlierAnswers);
  let tries = earlier;
  let told = '';
  let noticeMs = noticedMs;
  const servers = new Set<string>();

  const limit = (): number => (tries.answered ? deadline : Math.min(deadline, patienceEnds));

  async function askAny(
    roots: Roots,
    request: (root: string) => Request,
    judge: Judge = () => undefined,
  ): Promise<Attempt> {
    const key = keyOf(request(''));
    const known = earlierAnswers.get(key);
    // Used only once: a repeated request expects a new answer.
    if (known && earlierAnswers.delete(key)) return attemptOf(known);
    const found = await askNow(roots, request, judge);
    if (found.answer.body.length <= mostKept) answers.set(key, answeredOf(found));
    return found;
  }

  async function askNow(roots: Roots, request: (root: string) => Request, judge: Judge): Promise<Attempt> {
    for (;;) {
      if (limit() - host.now() <= 0 || isSpent(policy, tries)) throw gaveUp(undefined, keyOf(request('')));
      const timeoutMs = Math.min(policy.timeoutMs, limit() - host.now());
      const places = await roots();
      const server = serverOf(request(places[0] ?? '').url);
      servers.add(server);
      const ended = await raceEndpoints(host, places, (root) =>
        tryEndpoint(host, root, { timeoutMs, ...request(root) }, judge),
      );
      const waitedMs = tries.answered ? tries.waitedMs : earlier.waitedMs + host.now() - began;
      const after = next(policy, { ...tries, waitedMs }, ended.outcome, random);
      tries = after.tries;
      const ms = (tries.answered ? 0 : earlier.waitedMs) + host.now() - began;
      if (ended.attempt) {
        if (noticeMs > noticedMs) waiting?.(server, ms, true);
        noticeMs = noticedMs;
        return ended.attempt;
      }
      if (ms >= noticeMs) {
        noticeMs = 2 * ms;
        waiting?.(server, ms, false);
      }
      // If the pause does not end before the deadline, give up now, so that the boot continues.
      const asked = typeof ended.outcome === 'object' && ended.outcome.retryAfterMs !== undefined;
      const pause = after.pauseMs === undefined ? undefined : fittingPause(after.pauseMs, limit() - host.now(), asked);
      if (pause === undefined) throw gaveUp(ended.problem);
      tell(ended.problem, pause);
      await host.sleep(pause);
    }
  }

  function tell(problem: Problem | undefined, pauseMs: number): void {
    const reason = problem?.message ?? '';
    if (reason === told && tries.failed === 0) return;
    told = reason;
    const most = policy.attempts === undefined ? '' : ` of ${policy.attempts}`;
    const count = tries.failed > 0 ? ` (attempt ${tries.failed}${most})` : '';
    note('note', `${reason}${count}, again in ${(pauseMs / 1_000).toFixed(1)} s`);
  }

  function gaveUp(last: Problem | undefined, what = ''): Problem {
    const { failed } = tries;
    const seconds = Math.round((earlier.waitedMs + host.now() - began) / 1_000);
    const after = `gave up after ${failed} failed ${failed === 1 ? 'attempt' : 'attempts'} in ${seconds} s`;
    const message = last ? `${last.message}; ${after}` : `${what}: not asked any more; ${after}`;
    return new Problem(last?.code ?? 'datasource-unreachable', message, { cause: last });
  }

  return {
    askAny,
    ask: async (request, judge) =>
      (
        await askAny(
          async () => [''],
          () => request,
          judge,
        )
      ).answer,
    asked: () => [...servers],
    tries: () => ({ ...tries, answers: Object.fromEntries(answers) }),
  };
}

const serverOf = (url: string): string => /^\w+:\/\/[^/]+/.exec(shownUrl(url))?.[0] ?? url;

const keyOf = ({ method = 'GET', url }: Request): string => `${method} ${url}`;

const answeredOf = ({ root, answer: { status, body } }: Attempt): Answered => ({
  root,
  status,
  base64: Buffer.from(body).toString('base64'),
});

const attemptOf = ({ root, status, base64 }: Answered): Attempt => ({
  root,
  answer: { status, headers: {}, body: new Uint8Array(Buffer.from(base64, 'base64')) },
});
