import { Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { ReadHost, Request } from './host.ts';

/** A host whose requests, and the pauses between them, share one time budget. */
export interface FetchBudget<H extends ReadHost> {
  readonly host: H;
  /** Whether a request or pause exceeded the budget. */
  isSpent(): boolean;
}

const again = 'No time is left to fetch again';

/** The total time for all fetches of a unit before sshd; a network datasource has its own budget. */
export const fetchBudgetMs = 20_000;

/**
 * Limits the time of fetches through a host. Only requests and the pauses between them count. A fetch that exceeds the budget
 * throws a problem with the code `fetched-late`, which the executor defers to the unit after sshd.
 */
export function fetchBudget<H extends ReadHost>(inner: H, ms = fetchBudgetMs): FetchBudget<H> {
  let left = ms;
  let spent = false;
  const late = (what: string): Problem => {
    spent = true;
    return new Problem('fetched-late', `${what} (sshd waits ${ms / 1_000} s for all fetches together)`);
  };
  async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
    const began = inner.now();
    try {
      return await work();
    } catch (error) {
      if (inner.now() - began >= left) throw late(what);
      throw error;
    } finally {
      left -= inner.now() - began;
    }
  }
  return {
    isSpent: () => spent,
    host: {
      ...inner,
      async http(request: Request) {
        const what = `${request.method ?? 'GET'} ${shownUrl(request.url)}: no answer in time`;
        if (left <= 0) throw late(what);
        const timeoutMs = Math.min(request.timeoutMs ?? left, left);
        return timed(what, () => inner.http({ ...request, timeoutMs }));
      },
      async sleep(pauseMs: number) {
        if (pauseMs >= left) {
          left = 0;
          throw late(again);
        }
        return timed(again, () => inner.sleep(pauseMs));
      },
    },
  };
}
