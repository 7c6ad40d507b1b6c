/** A started program, from the kernel's trace. */
export interface Started {
  readonly seconds: number;
  readonly pid: number;
  readonly program: string;
}

const fork = /\s([\d.]+): sched_process_fork: .* pid=(\d+) child_comm=.* child_pid=(\d+)$/;
const exec = /\s([\d.]+): sched_process_exec: filename=(.*) pid=(\d+) old_pid=\d+$/;

/** Returns the programs in the trace that the given processes or their descendants started. */
export function programsOf(trace: string, roots: readonly number[]): readonly Started[] {
  const ours = new Set(roots);
  const started: Started[] = [];
  for (const line of trace.split('\n')) {
    const [, , parent, child] = fork.exec(line) ?? [];
    if (child !== undefined && ours.has(Number(parent))) ours.add(Number(child));
    const [, seconds, program = '', pid] = exec.exec(line) ?? [];
    if (pid !== undefined && ours.has(Number(pid)))
      started.push({ seconds: Number(seconds), pid: Number(pid), program });
  }
  return started;
}
