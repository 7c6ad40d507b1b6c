import { Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { Request, Response } from '../host/host.ts';
import { type Answered, fittingPause, isSpent, next, type Policy, type Tries, untried } from './backoff.ts';
import { type Asker, type Attempt, type Judge, raceEndpoints, tryEndpoint } from './try-endpoint.ts';

/** Asks until there is an answer, or until the policy or the deadline ends it. */
export interface RetryingClient {
  /** The answer, unless it asks to try again or the judge finds it to be none. Throws when it is time to give up. */
  ask(request: Request, judge?: Judge): Promise<Response>;
  /** The same of several places: each is asked a moment after the one before, and the first that answers has it. */
  askAny(roots: Roots, request: (root: string) => Request, judge?: Judge): Promise<Attempt>;
  /** What was tried up to now, and what was answered. */
  tries(): Tries;
  /** The servers that were asked: "http://169.254.169.254". */
  asked(): readonly string[];
}

interface Options {
  readonly host: Asker;
  readonly policy: Policy;
  readonly deadline: number;
  readonly note: (level: 'note' | 'warning', text: string) => void;
  readonly tries?: Tries | undefined;
  /** Called when an answer has been waited for for long, from time to time while it lasts, and when it comes. */
  readonly waiting?: ((server: string, ms: number, ended: boolean) => void) | undefined;
  readonly random?: () => number;
}

/** Where to ask, looked up before each attempt: an interface may have come. */
export type Roots = () => Promise<readonly string[]>;

/** How long people see nothing of it; each further notice comes after twice as long. */
const noticedMs = 10_000;

/** Larger answers are not kept from one stage for the next. */
const mostKept = 2 ** 16;

/** One source's patience. It remembers across requests, as all of them are made of the same service. */
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
    // Once: who asks a second time wants another answer.
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
      // A pause that ends after the deadline is nobody's gain: the boot goes on now.
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
