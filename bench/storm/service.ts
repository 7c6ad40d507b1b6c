import type { Clock } from './clock.ts';

export interface ServiceShape {
  /** Answers per second. */
  readonly capacity: number;
  /** Maximum number of waiting requests; further ones are rejected with 503 at once. */
  readonly queue: number;
  /** All requests before this time are rejected. */
  readonly outageMs: number;
  /** Network round trip. */
  readonly roundTripMs: number;
  /** Further time that an answer takes, without keeping the service busy. */
  readonly slowMs?: number;
  /** One of so many answers never arrives: the guest waits until its own limit. */
  readonly loseOneOf?: number;
  /** The work of turning a request away, as a share of that of an answer. */
  readonly rejectionCost?: number;
}

/** A metadata service that rejects requests above its capacity, with counters. */
export interface SimulatedService {
  /** Resolves to the status: 200, 503 if the request is rejected, or 0 if no answer arrived within this time. */
  ask(timeoutMs?: number): Promise<number>;
  readonly seen: { requests: number; answered: number; peak: number };
}

export function simulatedService(clock: Clock, shape: ServiceShape): SimulatedService {
  const each = 1_000 / shape.capacity;
  const buckets = new Map<number, number>();
  const seen = { requests: 0, answered: 0, peak: 0 };
  let busyUntil = 0;
  return {
    seen,
    ask: (timeoutMs = 10_000) =>
      new Promise((resolve) => {
        const now = clock.now();
        const second = Math.floor(now / 1_000);
        const count = (buckets.get(second) ?? 0) + 1;
        buckets.set(second, count);
        seen.requests++;
        seen.peak = Math.max(seen.peak, count);
        const begins = Math.max(now, busyUntil);
        if (now < shape.outageMs || (begins - now) / each >= shape.queue) {
          if (now >= shape.outageMs) busyUntil = begins + each * (shape.rejectionCost ?? 0);
          clock.at(now + shape.roundTripMs, () => resolve(503));
          return;
        }
        busyUntil = begins + each;
        seen.answered++;
        const takes = busyUntil - now + shape.roundTripMs + (shape.slowMs ?? 0);
        const isLost = shape.loseOneOf !== undefined && seen.answered % shape.loseOneOf === 0;
        if (isLost || takes > timeoutMs) clock.at(now + timeoutMs, () => resolve(0));
        else clock.at(now + takes, () => resolve(200));
      }),
  };
}
