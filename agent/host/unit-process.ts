import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

/** Variables that systemd or a shell sets separately for each process. */
const ofEachProcess =
  /^(BOOTAGENT_STAGE_SERVER|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID|MANAGERPID|MEMORY_PRESSURE_\w+|PWD|OLDPWD|SHLVL|_)=/;
const rights = /^(Uid|Gid|Groups|Cap\w+|NoNewPrivs|Seccomp\w*|Cpus_allowed|Mems_allowed):/;

/** Whether a process has the same environment as this one: variables, limits, privileges, security label, namespaces. */
export function isServedAlike(pid: string): boolean {
  try {
    return servedWith('self') === servedWith(pid);
  } catch {
    return false; // the process has ended
  }
}

function servedWith(pid: string): string {
  const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  const variables = read('environ')
    .split('\0')
    .filter((each) => each !== '' && !ofEachProcess.test(each));
  const limits = read('limits')
    .split('\n')
    // Node raises its soft limit of open files to the hard limit.
    .map((line) => line.replace(/^(Max open files) +\S+ +/, '$1 '));
  const status = read('status')
    .split('\n')
    .filter((line) => rights.test(line));
  const spaces = ['mnt', 'net', 'user', 'pid', 'ipc', 'uts'].map((name) => readlinkSync(`/proc/${pid}/ns/${name}`));
  return [...variables.sort(), ...limits, ...status, read('oom_score_adj'), label(pid), ...spaces].join('\n');
}

/** Returns the SELinux or AppArmor label of a process; "" without either. */
function label(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/attr/current`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Moves this process into the control groups of another one, so that it is accounted to, and ends with, that unit. Returns
 * whether the group by which systemd tracks units is among them.
 */
export function moveTo(pid: string): boolean {
  const unified = existsSync('/sys/fs/cgroup/cgroup.procs');
  let moved = false;
  for (const line of readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n')) {
    const { folder, isSystemds } = groupOf(line, unified);
    try {
      writeFileSync(`${folder}/cgroup.procs`, String(process.pid));
      moved ||= isSystemds;
    } catch {
      // A resource controller group, or one that does not exist.
    }
  }
  return moved;
}

/** Returns the folder of a control group from a line of /proc/PID/cgroup, and whether systemd tracks units by it. */
export function groupOf(line: string, unified: boolean): { readonly folder: string; readonly isSystemds: boolean } {
  const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  const root = '/sys/fs/cgroup';
  if (controllers === '') return { folder: `${unified ? root : `${root}/unified`}${path}`, isSystemds: unified };
  return { folder: `${root}/${controllers.replace('name=', '')}${path}`, isSystemds: controllers === 'name=systemd' };
}
