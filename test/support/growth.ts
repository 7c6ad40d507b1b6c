import assert from 'node:assert/strict';

const sizes = [2 ** 16, 2 ** 18, 2 ** 20];
/** At four times the input the work may grow by a factor of five; quadratic work grows by sixteen. */
const mostPerStep = 5;
/** CPU time in ms and memory in bytes below which a measurement is noise: the compiler and the garbage collector cost as much. */
const noise = { cpu: 100, memory: 64 * 2 ** 20 };

/** Asserts that the work for 64 KiB, 256 KiB and 1 MiB of an input grows linearly with its length, in CPU time and in memory. */
export async function assertLinear<T>(make: (bytes: number) => T, work: (input: T) => unknown): Promise<void> {
  let before: { cpu: number; memory: number } | undefined;
  for (const size of sizes) {
    const cost = await costOf(make(size), work);
    if (before) {
      for (const key of ['cpu', 'memory'] as const) {
        const most: number = mostPerStep * Math.max(before[key], noise[key]);
        assert.ok(cost[key] <= most, `${key} for ${size} bytes: ${cost[key]}, for a quarter of it ${before[key]}`);
      }
    }
    before = cost;
  }
}

/** Returns the lower cost of two runs: other processes share this machine, and the first run compiles. */
async function costOf<T>(input: T, work: (input: T) => unknown): Promise<{ cpu: number; memory: number }> {
  const runs: { cpu: number; memory: number }[] = [];
  for (let run = 0; run < 2; run++) {
    const [cpu, memory] = [process.cpuUsage(), process.memoryUsage.rss()];
    await work(input);
    const { user, system } = process.cpuUsage(cpu);
    runs.push({ cpu: (user + system) / 1000, memory: process.memoryUsage.rss() - memory });
    if ((runs[0]?.cpu ?? 0) < noise.cpu) break;
  }
  return { cpu: Math.min(...runs.map(({ cpu }) => cpu)), memory: Math.min(...runs.map(({ memory }) => memory)) };
}
