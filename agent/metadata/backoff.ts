/**
 * The policy for retries: when to send a request again and when to give up. It is pure, so that the simulation of ten thousand
 * guests in bench/ runs the same code as a single machine.
 */
export interface Policy {
  /** The time limit of one attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** The minimum pause before the next attempt. */
  readonly pauseMs: number;
  /** The range of the random part of a pause; it doubles with each level, up to `mostMs`. */
  readonly spreadMs: number;
  readonly mostMs: number;
  /** A fixed pause in place of the random one, as scripts use it: the same for every guest. */
  readonly everyMs?: number;
  /** The maximum number of failed attempts. */
  readonly attempts?: number;
  /** The maximum total wait for the first answer. */
  readonly maxWaitMs?: number;
}

/** The attempts so far: plain data, passed from one stage of the boot to the next. */
export interface Tries {
  /** Failed attempts, without those that failed because there was no network yet. */
  readonly failed: number;
  /** The exponent of the pauses. Each success lowers it; it is never reset, so that a recovering service is not overloaded. */
  readonly level: number;
  /** The total wait for the first answer so far. */
  readonly waitedMs: number;
  /** Whether the first answer has arrived. */
  readonly answered: boolean;
  /** The answers received before giving up, by request; they are not requested again. */
  readonly answers?: Readonly<Record<string, Answered>>;
}

/** A stored answer, as plain JSON. */
export interface Answered {
  readonly root: string;
  readonly status: number;
  readonly base64: string;
}

/** How an attempt ended. `local`: the request never left the machine. `final`: the machine prohibits it. */
export type TryOutcome = 'answered' | 'local' | 'final' | { readonly retryAfterMs?: number | undefined };

export const untried: Tries = { failed: 0, level: 0, waitedMs: 0, answered: false };

export const patient: Policy = { timeoutMs: 10_000, pauseMs: 200, spreadMs: 2_000, mostMs: 30_000 };

/** The interval of attempts while there is no network; they send no packets. */
const pollMs = 200;
const highest = 30;
/** A success lowers the level by half of what a failure adds, so that a client stays careful after a rejection. */
const lowered = 0.5;

/** Returns the tries after an outcome and the pause; an undefined pause means to give up. `random` returns 0 to 1. */
export function next(
  policy: Policy,
  tries: Tries,
  outcome: TryOutcome,
  random: () => number,
): { readonly tries: Tries; readonly pauseMs: number | undefined } {
  if (outcome === 'answered') {
    return { tries: { ...tries, level: Math.max(0, tries.level - lowered), answered: true }, pauseMs: 0 };
  }
  if (outcome === 'local') return { tries, pauseMs: isSpent(policy, tries) ? undefined : pollMs };

  const after = { ...tries, failed: tries.failed + 1, level: Math.min(highest, tries.level + 1) };
  if (outcome === 'final' || isSpent(policy, after)) return { tries: after, pauseMs: undefined };
  // The first failure already doubles the range: at that moment most guests of a fleet retry at once.
  const spread = random() * Math.min(policy.mostMs, policy.spreadMs * 2 ** after.level);
  const pause = policy.everyMs ?? policy.pauseMs + spread;
  // All guests receive the same Retry-After; adding the random part keeps them spread out.
  return { tries: after, pauseMs: outcome.retryAfterMs === undefined ? pause : outcome.retryAfterMs + spread };
}

/** Whether the limits of the policy are reached. */
export const isSpent = ({ attempts, maxWaitMs }: Policy, { failed, waitedMs, answered }: Tries): boolean =>
  failed >= (attempts ?? Number.POSITIVE_INFINITY) ||
  (!answered && waitedMs >= (maxWaitMs ?? Number.POSITIVE_INFINITY));

/** Whether a status code is temporary: the service is busy or broken, and a retry may succeed. */
export const isTransient = (status: number): boolean => status >= 500 || [408, 425, 429].includes(status);

/** The last attempt starts at least this long before the deadline. */
const lastTryMs = 2_000;

/**
 * Returns the pause limited to the remaining time; undefined means to give up. A Retry-After of the service never ends the
 * search: if it does not fit, the pause is half of the remaining time, so that the last attempt is just before the deadline
 * and a service that recovers earlier is found earlier.
 */
export function fittingPause(pauseMs: number, leftMs: number, isAskedFor: boolean): number | undefined {
  if (!isAskedFor) return pauseMs < leftMs ? pauseMs : undefined;
  if (pauseMs + lastTryMs <= leftMs) return pauseMs;
  return leftMs > lastTryMs ? leftMs / 2 : undefined;
}

/** An earlier time means that the clock is not set: a machine without a battery-backed clock starts in 1970. */
const plausible = Date.UTC(2025);

/** Returns Retry-After in milliseconds, at most five minutes. The header holds seconds or a date by the wall clock. */
export function retryAfter(header: string | undefined, clock: number): number | undefined {
  const words = header?.trim() ?? '';
  if (!/^\d+$/.test(words) && clock < plausible) return undefined;
  const ms = /^\d+$/.test(words) ? Number(words) * 1_000 : Date.parse(words) - clock;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 300_000) : undefined;
}

/** Returns the policy from the settings: cloud-init's `max_wait` and `timeout`, and `interval`, all in seconds; `attempts`. */
export function policyOf(settings: Readonly<Record<string, unknown>>): Policy {
  const seconds = (key: string): number | undefined => {
    const value = Number(settings[key] ?? Number.NaN);
    return Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const [timeout, maxWait, interval, most] = ['timeout', 'max_wait', 'interval', 'attempts'].map(seconds);
  // In cloud-init, a max_wait of zero or less means one attempt.
  const attempts = Number(settings.max_wait ?? Number.NaN) <= 0 ? 1 : most;
  return {
    ...patient,
    ...(timeout !== undefined && { timeoutMs: timeout * 1_000 }),
    ...(maxWait !== undefined && { maxWaitMs: maxWait * 1_000 }),
    ...(interval !== undefined && { everyMs: interval * 1_000 }),
    ...(attempts !== undefined && { attempts: Math.ceil(attempts) }),
  };
}
