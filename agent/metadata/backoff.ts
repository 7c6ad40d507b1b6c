/**
 * When to ask again, and when to stop asking: the whole policy, pure, so that the storm of ten thousand guests in
 * bench/ is decided by the very lines that decide for one.
 */
export interface Policy {
  /** The most one attempt may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The least pause before another attempt. */
  readonly pauseMs: number;
  /** How far the first pause may be drawn out, doubled with each level up to `mostMs`. */
  readonly spreadMs: number;
  readonly mostMs: number;
  /** A fixed pause in place of all that, as scripts have it: the same for every guest. */
  readonly everyMs?: number;
  /** How many attempts may fail in all. */
  readonly attempts?: number;
  /** How long the first answer may be waited for in all. */
  readonly maxWaitMs?: number;
}

/** What was tried so far: plain data, handed from one stage of the boot to the next. */
export interface Tries {
  /** Attempts that failed for another reason than that there was no network yet. */
  readonly failed: number;
  /** How far the pauses have grown; lowered by each success, never reset, so that a service that recovers is not overrun. */
  readonly level: number;
  /** How long the first answer has been waited for. */
  readonly waitedMs: number;
  /** Whether it came. */
  readonly answered: boolean;
  /** What was answered before it was given up: not asked for again. */
  readonly answers?: Readonly<Record<string, Answered>>;
}

/** An answer that is kept, as plain JSON. */
export interface Answered {
  readonly root: string;
  readonly status: number;
  readonly base64: string;
}

/** How an attempt ended. `local`: the request never left the machine. */
export type TryOutcome = 'answered' | 'local' | { readonly retryAfterMs?: number | undefined };

export const untried: Tries = { failed: 0, level: 0, waitedMs: 0, answered: false };

export const patient: Policy = { timeoutMs: 10_000, pauseMs: 200, spreadMs: 2_000, mostMs: 30_000 };

/** How often the network is looked for while there is none: that costs nobody anything. */
const pollMs = 200;
const highest = 30;
/** A success takes back half of what a failure adds: who was turned away once is still careful with its next request. */
const lowered = 0.5;

/** What the tries are after an outcome, and how long to pause; no pause means to stop. `random` gives 0 to 1. */
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
  if (isSpent(policy, after)) return { tries: after, pauseMs: undefined };
  // The very first failure is spread over twice the time already: it is when most of a crowd come back at once.
  const spread = random() * Math.min(policy.mostMs, policy.spreadMs * 2 ** after.level);
  const pause = policy.everyMs ?? policy.pauseMs + spread;
  // Everybody was told the same moment: those who are spread out now stay so.
  return { tries: after, pauseMs: outcome.retryAfterMs === undefined ? pause : outcome.retryAfterMs + spread };
}

/** Whether nothing of what the policy grants is left. */
export const isSpent = ({ attempts, maxWaitMs }: Policy, { failed, waitedMs, answered }: Tries): boolean =>
  failed >= (attempts ?? Number.POSITIVE_INFINITY) ||
  (!answered && waitedMs >= (maxWaitMs ?? Number.POSITIVE_INFINITY));

/** Whether a status asks to try again: the service is busy or broken, and may not be so a moment later. */
export const isTransient = (status: number): boolean => status >= 500 || [408, 425, 429].includes(status);

/** The last attempt is made this long before the deadline, or sooner. */
const lastTryMs = 2_000;

/**
 * The pause as it fits into the time that is left; undefined means to stop. What the service asks for (Retry-After) never
 * ends the search: where it does not fit, half of the time left is waited for instead, so that the last attempt is just
 * before the deadline, and a service that is back sooner is found sooner.
 */
export function fittingPause(pauseMs: number, leftMs: number, isAskedFor: boolean): number | undefined {
  if (!isAskedFor) return pauseMs < leftMs ? pauseMs : undefined;
  if (pauseMs + lastTryMs <= leftMs) return pauseMs;
  return leftMs > lastTryMs ? leftMs / 2 : undefined;
}

/** Before this no clock is set that shows the time: a machine without a clock of its own starts in 1970. */
const plausible = Date.UTC(2025);

/** What Retry-After says, in milliseconds: seconds, or a date by the wall clock. At most five minutes are believed. */
export function retryAfter(header: string | undefined, clock: number): number | undefined {
  const words = header?.trim() ?? '';
  if (!/^\d+$/.test(words) && clock < plausible) return undefined;
  const ms = /^\d+$/.test(words) ? Number(words) * 1_000 : Date.parse(words) - clock;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 300_000) : undefined;
}

/** The policy that settings ask for, in cloud-init's words (`max_wait`, `timeout`, in seconds) and our own. */
export function policyOf(settings: Readonly<Record<string, unknown>>): Policy {
  const seconds = (key: string): number | undefined => {
    const value = Number(settings[key] ?? Number.NaN);
    return Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const [timeout, maxWait, interval, most] = ['timeout', 'max_wait', 'interval', 'attempts'].map(seconds);
  // To cloud-init a wait of nothing, or less, is one attempt.
  const attempts = Number(settings.max_wait ?? Number.NaN) <= 0 ? 1 : most;
  return {
    ...patient,
    ...(timeout !== undefined && { timeoutMs: timeout * 1_000 }),
    ...(maxWait !== undefined && { maxWaitMs: maxWait * 1_000 }),
    ...(interval !== undefined && { everyMs: interval * 1_000 }),
    ...(attempts !== undefined && { attempts: Math.ceil(attempts) }),
  };
}
