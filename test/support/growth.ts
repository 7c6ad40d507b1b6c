import assert from 'node:assert/strict';

const sizes = [2 ** 16, 2 ** 18, 2 ** 20];
/** At four times the input the work may grow by a factor of five; quadratic work grows by sixteen. */
const mostPerStep = 5;
/** CPU time in ms and memory in bytes below which a measurement is noise: the compiler and the garbage collector cost as much. */
const noise = { cpu: 100, memory: 64 * 2 ** 20 };

/** How often a step that grew too much is measured again: a busy machine spoils one measurement, not each of them. */
const attempts = 4;

type Cost = { readonly cpu: number; readonly memory: number };

/** Asserts that the work for 64 KiB, 256 KiB and 1 MiB of an input grows linearly with its length, in CPU time and in memory. */
export async function assertLinear<T>(make: (bytes: number) => T, work: (input: T) => unknown): Promise<void> {
  let before: Cost | undefined;
  for (const size of sizes) {
    const input = make(size);
    let cost = await costOf(input, work);
    for (let attempt = 1; attempt < attempts && tooMuch(cost, before); attempt++)
      cost = lower(cost, await costOf(input, work));
    const fault = tooMuch(cost, before);
    assert.ok(!fault, `for ${size} bytes: ${fault}`);
    before = cost;
  }
}

function tooMuch(cost: Cost, before: Cost | undefined): string | undefined {
  if (!before) return undefined;
  for (const key of ['cpu', 'memory'] as const) {
    if (cost[key] > mostPerStep * Math.max(before[key], noise[key]))
      return `${key} ${cost[key]}, for a quarter of it ${before[key]}`;
  }
  return undefined;
}

const lower = (one: Cost, other: Cost): Cost => ({
  cpu: Math.min(one.cpu, other.cpu),
  memory: Math.min(one.memory, other.memory),
});

/** Returns the lower cost of two runs: other processes share this machine, and the first run compiles. */
async function costOf<T>(input: T, work: (input: T) => unknown): Promise<Cost> {
  const run = async (): Promise<Cost> => {
    const [cpu, memory] = [process.cpuUsage(), process.memoryUsage.rss()];
    await work(input);
    const { user, system } = process.cpuUsage(cpu);
    return { cpu: (user + system) / 1000, memory: process.memoryUsage.rss() - memory };
  };
  const first = await run();
  return first.cpu < noise.cpu ? first : lower(first, await run());
}
