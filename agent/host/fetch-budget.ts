import { Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { Host } from './host.ts';

/** A host whose requests, and the pauses between them, share one budget of time. */
export interface FetchBudget {
  readonly host: Host;
  /** Whether something did not fit into it. */
  isSpent(): boolean;
}

/** The time that all fetches of a unit before sshd may take together; a network source has a budget of its own. */
export const fetchBudgetMs = 20_000;

/**
 * Limits what is fetched through a host. Time counts only while something is fetched, whatever else the unit does. What does
 * not fit is a problem of the code `fetched-late`, which the executor defers: it is fetched behind sshd.
 */
export function fetchBudget(inner: Host, ms = fetchBudgetMs): FetchBudget {
  let left = ms;
  let spent = false;
  const late = (what: string): Problem => {
    spent = true;
    return new Problem(
      'fetched-late',
      `${what} takes longer than sshd waits (${ms / 1_000} s for all fetches together)`,
    );
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
      async http(request) {
        const what = `${request.method ?? 'GET'} ${shownUrl(request.url)}`;
        if (left <= 0) throw late(what);
        const timeoutMs = Math.min(request.timeoutMs ?? left, left);
        return timed(what, () => inner.http({ ...request, timeoutMs }));
      },
      async sleep(pauseMs) {
        if (pauseMs >= left) {
          left = 0;
          throw late('Fetching again');
        }
        return timed('Fetching again', () => inner.sleep(pauseMs));
      },
    },
  };
}
