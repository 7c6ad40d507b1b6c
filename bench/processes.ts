import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Cost {
  /** Milliseconds of CPU, user and system, of the whole process with what it started: of the cheapest run. */
  readonly cpuMs: number;
  readonly peakMB: number;
}

/** Python can ask what a child cost; Node cannot. */
const asking = `
import json, os, sys
programs = json.loads(sys.argv[2])
costs = {name: [float("inf"), 0] for name in programs}
for _ in range(int(sys.argv[1])):
    for name, argv in programs.items():
        child = os.fork()
        if child == 0:
            nowhere = os.open("/dev/null", os.O_RDWR)
            for descriptor in range(3):
                os.dup2(nowhere, descriptor)
            os.execvp(argv[0], argv)
        _, status, used = os.wait4(child, 0)
        if status != 0:
            sys.exit(name)
        cheapest, peak = costs[name]
        costs[name] = [min(cheapest, (used.ru_utime + used.ru_stime) * 1000), max(peak, used.ru_maxrss / 1000)]
print(json.dumps(costs))
`;

/**
 * Runs programs so many times in turns, within what `around` sets up once. Whatever else the machine does makes a run dearer
 * and never cheaper, and falls on all alike: the cheapest is what a program itself takes.
 */
export async function costsOf<Name extends string>(
  times: number,
  programs: Readonly<Record<Name, readonly string[]>>,
  around: readonly string[] = [],
): Promise<Readonly<Record<Name, Cost>>> {
  const [program = '', ...args] = [...around, 'python3', '-c', asking, String(times), JSON.stringify(programs)];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  child.stdout.on('data', (bytes) => said.push(String(bytes)));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error('a program failed');
  const costs: Record<Name, [cpuMs: number, peakMB: number]> = JSON.parse(said.join(''));
  const named = Object.entries<[number, number]>(costs).map(([name, [cpuMs, peakMB]]) => [name, { cpuMs, peakMB }]);
  return Object.fromEntries(named) as Record<Name, Cost>; // the names that were given
}
