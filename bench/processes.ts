import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Cost {
  /** Milliseconds of CPU, user and system, of the whole process with what it started. */
  readonly cpuMs: number;
  readonly peakMB: number;
}

/** Python can ask what its children cost; Node cannot. */
const asking = `
import resource, subprocess, sys
for _ in range(int(sys.argv[1])):
    subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print((used.ru_utime + used.ru_stime) * 1000 / int(sys.argv[1]), used.ru_maxrss / 1000)
`;

/** Runs a program so many times, within what `around` sets up once, and gives the mean of what it cost. */
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
