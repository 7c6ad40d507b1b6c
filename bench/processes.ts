import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Cost {
  /** Milliseconds of CPU, user and system, of the whole process with what it started: of the cheapest run. */
  readonly cpuMs: number;
  readonly peakMB: number;
}

/** Python can ask what a child cost; Node cannot. */
const asking = `
import os, sys
cheapest, peak = float("inf"), 0
for _ in range(int(sys.argv[1])):
    child = os.fork()
    if child == 0:
        nowhere = os.open("/dev/null", os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nowhere, descriptor)
        os.execvp(sys.argv[2], sys.argv[2:])
    _, status, used = os.wait4(child, 0)
    if status != 0:
        sys.exit(1)
    cheapest = min(cheapest, (used.ru_utime + used.ru_stime) * 1000)
    peak = max(peak, used.ru_maxrss / 1000)
print(cheapest, peak)
`;

/**
 * Runs a program so many times, within what `around` sets up once. Whatever else the machine does makes a run dearer and
 * never cheaper: the cheapest is what the program itself takes.
 */
export async function costOf(times: number, argv: readonly string[], around: readonly string[] = []): Promise<Cost> {
  const [program = '', ...args] = [...around, 'python3', '-c', asking, String(times), ...argv];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  child.stdout.on('data', (bytes) => said.push(String(bytes)));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${argv.join(' ')} failed`);
  const [cpuMs = 0, peakMB = 0] = said.join('').trim().split(' ').map(Number);
  return { cpuMs, peakMB };
}
