import type { ReadHost, Request, Response } from './host/host.ts';
import { Problem } from './problem.ts';
import { isPassing, isSpent, next, type Outcome, type Policy, retryAfter, type Tries, untried } from './retry.ts';
import { whyUnreachable } from './unreachable.ts';

/** Asks until there is an answer, or until the policy or the deadline ends it. */
export interface Patience {
  /** The answer, unless it asks to try again or the judge finds it to be none. Throws when it is time to give up. */
  ask(request: Request, judge?: Judge): Promise<Response>;
  /** The same of several places: each is asked a moment after the one before, and the first that answers has it. */
  askAny(roots: Roots, request: (root: string) => Request, judge?: Judge): Promise<Attempt>;
  /** What was tried up to now. */
  tries(): Tries;
}

interface Options {
  readonly host: Pick<ReadHost, 'http' | 'now' | 'clock' | 'sleep'>;
  readonly policy: Policy;
  readonly deadline: number;
  readonly note: (level: 'note' | 'warning', text: string) => void;
  readonly tries?: Tries | undefined;
  readonly random?: () => number;
}

/** What is wrong with an answer, in words, where it is nothing that was asked for: the page of a captive portal. */
export type Judge = (answer: Response) => string | undefined;

/** Where to ask, looked up before each attempt: an interface may have come. */
export type Roots = () => Promise<readonly string[]>;

export interface Attempt {
  readonly root: string;
  readonly answer: Response;
}

/** How long one place may be silent before the next is asked beside it. */
const staggerMs = 250;

/** One source's patience. It remembers across requests, as all of them are made of the same service. */
export function patience({
  host,
  policy,
  deadline,
  note,
  tries: earlier = untried,
  random = Math.random,
}: Options): Patience {
  let tries = earlier;
  let told = '';
  const waitedBefore = tries.waitedMs;
  const began = host.now();
  const end = Math.min(deadline, began + Math.max(0, (policy.maxWaitMs ?? Number.POSITIVE_INFINITY) - waitedBefore));

  const limit = (): number => (tries.answered ? deadline : end);

  async function askAny(
    roots: Roots,
    request: (root: string) => Request,
    judge: Judge = () => undefined,
  ): Promise<Attempt> {
    for (;;) {
      if (limit() - host.now() <= 0 || isSpent(policy, tries)) throw gaveUp(tries, undefined);
      const timeoutMs = Math.min(policy.timeoutMs, limit() - host.now());
      const { outcome, attempt, problem } = await race(await roots(), (root) =>
        once(host, root, { timeoutMs, ...request(root) }, judge),
      );
      const waitedMs = tries.answered ? tries.waitedMs : waitedBefore + host.now() - began;
      const after = next(policy, { ...tries, waitedMs }, outcome, random);
      tries = after.tries;
      if (attempt && outcome === 'answered') return attempt;
      tell(problem, after.pauseMs);
      // A pause that ends after the deadline is nobody's gain: the boot goes on now.
      if (after.pauseMs === undefined || host.now() + after.pauseMs >= limit()) throw gaveUp(tries, problem);
      await host.sleep(after.pauseMs);
    }
  }

  async function race(roots: readonly string[], attempt: (root: string) => Promise<Ended>): Promise<Ended> {
    const running = new Set<Promise<Ended>>();
    let last: Ended = { outcome: 'local', problem: new Problem('datasource-unreachable', 'there is no network yet') };
    for (const [index, root] of roots.entries()) {
      const one: Promise<Ended> = attempt(root).finally(() => running.delete(one));
      running.add(one);
      const more = index < roots.length - 1;
      const ended = await Promise.race([...running, ...(more ? [host.sleep(staggerMs)] : [])]);
      // A service that is busy is not asked the same at its other address.
      if (ended?.outcome === 'answered' || ended?.busy) return ended;
      if (ended) last = worse(last, ended);
    }
    while (running.size > 0) {
      const ended = await Promise.race(running);
      if (ended.outcome === 'answered') return ended;
      last = worse(last, ended);
    }
    return last;
  }

  function tell(problem: Problem | undefined, pauseMs: number | undefined): void {
    const reason = problem?.message ?? '';
    if (reason === told && tries.failed === 0) return;
    told = reason;
    const attempt =
      tries.failed > 0 ? ` (attempt ${tries.failed}${policy.attempts ? ` of ${policy.attempts}` : ''})` : '';
    const again = pauseMs === undefined ? '' : `, again in ${(pauseMs / 1_000).toFixed(1)} s`;
    note('note', `${reason}${attempt}${again}`);
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
    tries: () => tries,
  };
}

interface Ended {
  readonly outcome: Outcome;
  readonly attempt?: Attempt;
  readonly problem?: Problem;
  readonly busy?: true;
}

async function once(host: Options['host'], root: string, request: Request, judge: Judge): Promise<Ended> {
  const what = `${request.method ?? 'GET'} ${request.url}`;
  try {
    const answer = await host.http(request);
    const wrong = isPassing(answer.status) ? undefined : judge(answer);
    if (wrong !== undefined) return { outcome: {}, problem: new Problem('bad-metadata', `${what}: ${wrong}`) };
    if (!isPassing(answer.status)) return { outcome: 'answered', attempt: { root, answer } };
    const problem = new Problem('datasource-unreachable', `${what}: answered ${answer.status}`);
    return { outcome: { retryAfterMs: retryAfter(answer.headers['retry-after'], host.clock()) }, problem, busy: true };
  } catch (error) {
    const why = whyUnreachable(error);
    if (!(error instanceof Problem) || why === undefined) throw error;
    return { outcome: why === 'no-route' ? 'local' : {}, problem: error };
  }
}

/** Of two failures the one that tells more: where one request arrived somewhere, there is a network. */
const worse = (one: Ended, other: Ended): Ended => (one.outcome === 'local' ? other : one);

function gaveUp({ failed, waitedMs }: Tries, last: Problem | undefined): Problem {
  const after = `gave up after ${failed} failed ${failed === 1 ? 'attempt' : 'attempts'} in ${Math.round(waitedMs / 1_000)} s`;
  return new Problem(last?.code ?? 'datasource-unreachable', last ? `${last.message}; ${after}` : after, {
    cause: last,
  });
}
