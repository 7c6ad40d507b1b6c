import { virtualClock } from './clock.ts';
import type { Guest } from './guests.ts';
import { type ServiceShape, simulatedService } from './service.ts';

export interface Storm extends Partial<ServiceShape> {
  readonly guests: number;
  /** All guests start within this time. */
  readonly windowMs?: number;
  /** Start times of the guests; random times in the window by default. */
  readonly starts?: readonly number[];
  readonly seed?: number;
}

export interface Outcome {
  readonly lost: number;
  /** Time at which the last guest identified its instance, in seconds. */
  readonly lastS: number;
  readonly requests: number;
  readonly peak: number;
}

/** Runs many guests against one service, in simulated time. */
export async function storm(
  guest: Guest,
  { guests, windowMs = 10_000, starts, seed = 7, ...shape }: Storm,
): Promise<Outcome> {
  const clock = virtualClock();
  const service = simulatedService(clock, { capacity: 500, queue: 256, outageMs: 0, roundTripMs: 1, ...shape });
  const random = randomFrom(seed);
  let lost = 0;
  let last = 0;
  for (let index = 0; index < guests; index++) {
    clock.at(starts?.[index] ?? random() * windowMs, async () => {
      if (await guest(clock, service, random)) last = clock.now();
      else lost++;
    });
  }
  await clock.run();
  return { lost, lastS: last / 1_000, requests: service.seen.requests, peak: service.seen.peak };
}

/** Returns a deterministic random number generator. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
