import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

/** What systemd, or a shell, sets anew for each process. */
const ofEachProcess =
  /^(BOOTAGENT_STAGE_SERVER|BOOTAGENT_FIRST|INVOCATION_ID|JOURNAL_STREAM|SYSTEMD_EXEC_PID|MANAGERPID|MEMORY_PRESSURE_\w+|PWD|OLDPWD|SHLVL|_)=/;
const rights = /^(Uid|Gid|Groups|Cap\w+|NoNewPrivs|Seccomp\w*|Cpus_allowed|Mems_allowed):/;

/** Whether a process has from its unit what we have from ours: variables, limits, rights, and what it sees of the machine. */
export function isServedAlike(pid: string): boolean {
  try {
    return servedWith('self') === servedWith(pid);
  } catch {
    return false; // it has ended
  }
}

function servedWith(pid: string): string {
  const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  const variables = read('environ')
    .split('\0')
    .filter((each) => each !== '' && !ofEachProcess.test(each));
  const limits = read('limits')
    .split('\n')
    // Node raises how many files it may open to the most it may.
    .map((line) => line.replace(/^(Max open files) +\S+ +/, '$1 '));
  const status = read('status')
    .split('\n')
    .filter((line) => rights.test(line));
  const spaces = ['mnt', 'net', 'user', 'pid', 'ipc', 'uts'].map((name) => readlinkSync(`/proc/${pid}/ns/${name}`));
  return [...variables.sort(), ...limits, ...status, read('oom_score_adj'), label(pid), ...spaces].join('\n');
}

/** What SELinux or AppArmor calls it, where there is either. */
function label(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/attr/current`, 'utf8');
  } catch {
    return '';
  }
}

/** Moves us into a process's unit, so that what we do counts there, and ends with it. Whether systemd sees us there. */
export function moveTo(pid: string): boolean {
  const unified = existsSync('/sys/fs/cgroup/cgroup.procs');
  let moved = false;
  for (const line of readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n')) {
    const { folder, isSystemds } = groupOf(line, unified);
    try {
      writeFileSync(`${folder}/cgroup.procs`, String(process.pid));
      moved ||= isSystemds;
    } catch {
      // One of those that only count, or that are not there.
    }
  }
  return moved;
}

/** The folder of a control group, by a line of /proc/PID/cgroup. systemd knows what belongs to a unit by one of them. */
export function groupOf(line: string, unified: boolean): { readonly folder: string; readonly isSystemds: boolean } {
  const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  const root = '/sys/fs/cgroup';
  if (controllers === '') return { folder: `${unified ? root : `${root}/unified`}${path}`, isSystemds: unified };
  return { folder: `${root}/${controllers.replace('name=', '')}${path}`, isSystemds: controllers === 'name=systemd' };
}
