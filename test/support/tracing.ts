import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agent } from './command-line.ts';

/** The system calls that change a file system by a name or a descriptor. */
export const mutating =
  'mkdir,mkdirat,rmdir,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,truncate,ftruncate,mknod,mknodat,utimensat,setxattr,lsetxattr,fsetxattr,removexattr,fallocate,mount,umount2,sethostname,swapon,swapoff,fsync';

export interface Traced {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  /** The calls, one line each, with the paths of descriptors. */
  readonly calls: readonly string[];
}

/** Runs bootagent and its child processes under strace. */
export function traced(args: readonly string[], options: readonly string[], input = ''): Traced {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-trace-'));
  const log = join(folder, 'log');
  try {
    const { status, stdout, stderr } = spawnSync(
      'strace',
      ['-f', '-qq', '-y', '-s', '300', '-o', log, ...options, ...agent, ...args],
      { input, encoding: 'utf8', timeout: 300_000, maxBuffer: 64 * 2 ** 20 },
    );
    return { status, out: stdout, err: stderr, calls: readFileSync(log, 'utf8').split('\n').filter(Boolean) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns the calls that wrote to, created or changed a file; excludes descriptors 1 and 2, pipes and sockets. */
export function writesIn(calls: readonly string[]): string[] {
  return calls.filter((line) => {
    const [, call = '', rest = ''] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? [];
    if (call === '' || / = -1 /.test(line) || call === 'fsync') return false;
    if (/^(write|pwrite64|writev|pwritev2?|sendfile|copy_file_range)$/.test(call)) {
      const [, fd = '', target = ''] = /^(\d+)<([^>]*)/.exec(rest) ?? [];
      return !['1', '2'].includes(fd) && target.startsWith('/') && target !== '/dev/null';
    }
    if (/^(open|openat|creat)$/.test(call)) {
      return /O_(WRONLY|RDWR|CREAT|TRUNC|TMPFILE)/.test(rest) && !/<\/dev\/(null|tty|pts\/\d+)>$/.test(rest);
    }
    return mutating.split(',').includes(call);
  });
}
