import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programsOf } from '../../bench/vm/programs.ts';

/** Lines in the format of the kernel's trace: a unit, its thread that starts a program, and an unrelated process. */
const trace = `# tracer: nop
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
         systemd-1       [000] .....     5.100000: sched_process_fork: comm=systemd pid=1 child_comm=systemd child_pid=198
     (bootagent)-198     [000] .....     5.200000: sched_process_exec: filename=/usr/bin/bootagent pid=198 old_pid=198
       bootagent-198     [000] .....     5.300000: sched_process_fork: comm=bootagent pid=198 child_comm=bootagent child_pid=201
         systemd-1       [000] .....     5.400000: sched_process_fork: comm=systemd pid=1 child_comm=systemd child_pid=210
           (agetty)-210  [000] .....     5.500000: sched_process_exec: filename=/sbin/agetty pid=210 old_pid=210
       bootagent-201     [000] .....     5.600000: sched_process_fork: comm=libuv worker pid=201 child_comm=libuv worker child_pid=211
          sfdisk-211     [000] .....     5.700000: sched_process_exec: filename=/usr/sbin/sfdisk pid=211 old_pid=211
`;

test('the programs of a unit are those of its processes and threads, and of nobody else', () => {
  assert.deepEqual(
    programsOf(trace, [198]).map(({ program }) => program),
    ['/usr/bin/bootagent', '/usr/sbin/sfdisk'],
  );
  assert.deepEqual(programsOf(trace, []), []);
});
