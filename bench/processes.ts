import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Cost {
  /** CPU time in ms, user and system, of the process and its children, for each round. */
  readonly cpuMs: readonly number[];
  readonly peakMB: number;
}

/** Python provides wait4(2) with the resource usage of a child; Node does not. */
const asking = `
import json, os, sys
programs = json.loads(sys.argv[2])
costs = {name: {"cpuMs": [], "peakMB": 0} for name in programs}
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
        costs[name]["cpuMs"].append((used.ru_utime + used.ru_stime) * 1000)
        costs[name]["peakMB"] = max(costs[name]["peakMB"], used.ru_maxrss / 1000)
print(json.dumps(costs))
`;

/** Runs the programs alternately, so that other load affects all of them equally, within the command `around`. */
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
  return JSON.parse(said.join(''));
}

/** Returns the median ratio of the CPU times of two programs in the same round; single rounds may be disturbed. */
export const timesAs = (one: Cost, other: Cost): number =>
  median(one.cpuMs.map((ms, turn) => ms / (other.cpuMs[turn] ?? Number.NaN)));

export const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
