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
  const { host, policy, deadline, tries: earlier = untried, random = Math.random } = options;
  const began = host.now();
  const patienceEnds = began + Math.max(0, (policy.maxWaitMs ?? Number.POSITIVE_INFINITY) - earlier.waitedMs);
  const answers = keptAnswers(earlier);
  const servers = new Set<string>();
  const notices = noticesOf(options);
  let tries = earlier;

  const limit = (): number => (tries.answered ? deadline : Math.min(deadline, patienceEnds));
  const waitedMs = (): number => earlier.waitedMs + host.now() - began;

  async function askAny(
    roots: Roots,
    request: (root: string) => Request,
    judge: Judge = () => undefined,
  ): Promise<Attempt> {
    const key = keyOf(request(''));
    const known = answers.take(key);
    if (known) return known;
    const found = await askNow(roots, request, judge);
    answers.keep(key, found);
    return found;
  }

  async function askNow(roots: Roots, request: (root: string) => Request, judge: Judge): Promise<Attempt> {
    for (;;) {
      if (limit() - host.now() <= 0 || isSpent(policy, tries))
        throw gaveUp(undefined, tries, waitedMs(), keyOf(request('')));
      const timeoutMs = Math.min(policy.timeoutMs, limit() - host.now());
      const places = await roots();
      const server = serverOf(request(places[0] ?? '').url);
      servers.add(server);
      const ended = await raceEndpoints(host, places, (root) =>
        tryEndpoint(host, root, { timeoutMs, ...request(root) }, judge),
      );
      const waited = tries.answered ? tries.waitedMs : waitedMs();
      const after = next(policy, { ...tries, waitedMs: waited }, ended.outcome, random);
      tries = after.tries;
      const ms = tries.answered ? host.now() - began : waitedMs();
      if (ended.attempt) {
        notices.answered(server, ms);
        return ended.attempt;
      }
      notices.waiting(server, ms);
      // If the pause does not end before the deadline, give up now, so that the boot continues.
      const asked = typeof ended.outcome === 'object' && ended.outcome.retryAfterMs !== undefined;
      const pause = after.pauseMs === undefined ? undefined : fittingPause(after.pauseMs, limit() - host.now(), asked);
      if (pause === undefined) throw gaveUp(ended.problem, tries, waitedMs());
      notices.failed(ended.problem, tries, pause);
      await host.sleep(pause);
    }
  }

  return {
    askAny,
    ask: async (request, judge) => {
      const { answer } = await askAny(
        async () => [''],
        () => request,
        judge,
      );
      return answer;
    },
    asked: () => [...servers],
    tries: () => ({ ...tries, answers: answers.all() }),
  };
}

/** The answers that earlier stages of this boot received. Each is used once: a repeated request expects a new answer. */
function keptAnswers({ answers: earlier = {} }: Tries) {
  const unused = new Map(Object.entries(earlier));
  const kept = new Map(unused);
  return {
    take(key: string): Attempt | undefined {
      const known = unused.get(key);
      return known && unused.delete(key) ? attemptOf(known) : undefined;
    },
    keep(key: string, attempt: Attempt): void {
      if (attempt.answer.body.length <= mostKept) kept.set(key, answeredOf(attempt));
    },
    all: (): Readonly<Record<string, Answered>> => Object.fromEntries(kept),
  };
}

/** Reports failed attempts, each reason once, and long waits. */
function noticesOf({ policy, note, waiting }: Options) {
  let reported = '';
  let noticeMs = noticedMs;
  return {
    failed(problem: Problem | undefined, { failed }: Tries, pauseMs: number): void {
      const reason = problem?.message ?? '';
      if (reason === reported && failed === 0) return;
      reported = reason;
      const most = policy.attempts === undefined ? '' : ` of ${policy.attempts}`;
      const count = failed > 0 ? ` (attempt ${failed}${most})` : '';
      note('note', `${reason}${count}, again in ${(pauseMs / 1_000).toFixed(1)} s`);
    },
    waiting(server: string, ms: number): void {
      if (ms < noticeMs) return;
      noticeMs = 2 * ms;
      waiting?.(server, ms, false);
    },
    answered(server: string, ms: number): void {
      if (noticeMs > noticedMs) waiting?.(server, ms, true);
      noticeMs = noticedMs;
    },
  };
}

function gaveUp(last: Problem | undefined, { failed }: Tries, waitedMs: number, what = ''): Problem {
  const attempts = `${failed} failed ${failed === 1 ? 'attempt' : 'attempts'}`;
  const after = `gave up after ${attempts} in ${Math.round(waitedMs / 1_000)} s`;
  const message = last ? `${last.message}; ${after}` : `${what}: not requested again; ${after}`;
  return new Problem(last?.code ?? 'datasource-unreachable', message, { cause: last });
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
