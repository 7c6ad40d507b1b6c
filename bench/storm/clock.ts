/** A virtual clock that advances from event to event, and runs the callbacks of each. */
export interface Clock {
  now(): number;
  at(time: number, run: () => void): void;
  sleep(ms: number): Promise<void>;
  /** Runs all events in order, until none is left. */
  run(): Promise<void>;
}

interface Event {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
}

export function virtualClock(): Clock {
  const heap: Event[] = [];
  let time = 0;
  let order = 0;
  const at: Clock['at'] = (when, run) => push(heap, { time: Math.max(when, time), order: order++, run });
  return {
    now: () => time,
    at,
    sleep: (ms) => new Promise((resolve) => at(time + ms, resolve)),
    async run() {
      await settled();
      for (let next = pop(heap); next; next = pop(heap)) {
        time = next.time;
        next.run();
        while (heap[0]?.time === time) pop(heap)?.run();
        await settled();
      }
    },
  };
}

/** Resolves when all pending microtasks have run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isBefore = (a: Event, b: Event): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);

function push(heap: Event[], event: Event): void {
  let here = heap.push(event) - 1;
  while (here > 0) {
    const up = (here - 1) >> 1;
    const above = heap[up];
    if (!above || isBefore(above, event)) break;
    heap[here] = above;
    here = up;
  }
  heap[here] = event;
}

function pop(heap: Event[]): Event | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let here = 0;
  for (;;) {
    const [left, right] = [2 * here + 1, 2 * here + 2];
    let best = left;
    const [a, b] = [heap[left], heap[right]];
    if (a && b && isBefore(b, a)) best = right;
    const below = heap[best];
    if (!below || !isBefore(below, last)) break;
    heap[here] = below;
    here = best;
  }
  heap[here] = last;
  return first;
}
