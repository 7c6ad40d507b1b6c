import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { agent } from '../command-line.ts';
import { type FolderNode, readTree, writeTree } from './disk.ts';
import { type Call, callsIn } from './read-trace.ts';
import { replayedCalls } from './replay.ts';

const repository = join(import.meta.dirname, '../../..');
/** The folders of the machine that are not on its disk. /outside is what scripts write to, and survives every power loss. */
export const otherFolders = ['/usr', '/proc', '/dev', '/sys', '/run', '/tmp', '/outside'];
/** Where the machine sees the repository and the folder of Node. */
const here = '/run/repository';
const node = '/run/node';

export interface Ran {
  readonly code: number | null;
  readonly text: string;
  readonly calls: readonly Call[];
  readonly root: string;
  /** The disk after the run, everything included. */
  readonly disk: FolderNode;
  /** The lines that the scripts of the user-data wrote to /outside/ran. */
  readonly ran: readonly string[];
}

/** Returns the disk of a machine that has booted from its image for the first time, with this user-data in a seed. */
export function imageDisk(userData: string): FolderNode {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-image-'));
  try {
    const put = (path: string, text: string, mode = 0o644) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text, { mode });
    };
    cpSync(join(repository, 'examples/seed-tree/etc'), join(root, 'etc'), { recursive: true });
    for (const path of ['pam.d', 'login.defs', 'ld.so.cache', 'nsswitch.conf', 'security', 'alternatives', 'default']) {
      if (existsSync(`/etc/${path}`))
        cpSync(`/etc/${path}`, join(root, 'etc', path), { recursive: true, verbatimSymlinks: true });
    }
    for (const link of ['bin', 'sbin', 'lib', 'lib64'])
      if (existsSync(`/${link}`)) cpSync(`/${link}`, join(root, link), { verbatimSymlinks: true, recursive: true });
    for (const table of ['shadow', 'gshadow'])
      put(`etc/${table}`, table === 'shadow' ? 'root:*:19000::::::\n' : 'root:*::\n', 0o600);
    for (const table of ['subuid', 'subgid']) put(`etc/${table}`, '');
    put('etc/skel/.profile', '# how a shell begins\n');
    put('etc/ssh/sshd_config', 'PermitRootLogin prohibit-password\n');
    put('etc/kept', 'as it was\n');
    put('var/lib/bootagent/fresh', '');
    put('var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-1\nlocal-hostname: wn-1\n');
    put('var/lib/cloud/seed/nocloud/user-data', userData);
    for (const folder of ['home', 'root', 'var/log', 'var/mail', ...otherFolders])
      mkdirSync(join(root, folder), { recursive: true });
    return readTree(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** The mounts of the machine; a systemctl that does nothing stands in for the real one. */
const enter = `set -e
disk=$1 outside=$2 repository=$3 node=$4
shift 4
mount --bind "$disk" "$disk"
mount --rbind /usr "$disk/usr"
mount --bind "$outside/systemctl" "$disk/usr/bin/systemctl"
mount -t proc proc "$disk/proc"
for folder in dev run tmp; do mount -t tmpfs -o mode=755 tmpfs "$disk/$folder"; done
for device in null zero urandom random; do : >"$disk/dev/$device"; mount --bind /dev/$device "$disk/dev/$device"; done
mount --bind "$outside/boot-id" "$disk/proc/sys/kernel/random/boot_id"
mkdir -p "$disk${here}" "$disk${node}"
mount --bind "$repository" "$disk${here}"
mount --bind "$node" "$disk${node}"
mount --bind "$outside" "$disk/outside"
exec "$@"`;

/** Boots a machine from this disk and runs the agent, under strace if it is traced. The disk itself does not change. */
export function boot(disk: FolderNode, bootId: number, how: { readonly traced?: true } = {}): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'bootagent-boot-'));
  const [root, outside, trace] = [join(folder, 'disk'), join(folder, 'outside'), join(folder, 'trace')];
  try {
    writeTree(root, disk);
    mkdirSync(outside);
    writeFileSync(join(outside, 'systemctl'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    writeFileSync(join(outside, 'boot-id'), `00000000-0000-4000-8000-${String(bootId).padStart(12, '0')}\n`);
    writeFileSync(join(outside, 'ran'), '');
    const [program = '', ...words] = agent;
    const inside = (path: string) => path.replace(repository, here);
    const strace = [
      'strace',
      '-f',
      '-qq',
      '-y',
      '-s',
      '10000000',
      '-o',
      trace,
      '-e',
      `trace=${replayedCalls.join(',')}`,
    ];
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      [
        ...['--mount', '--uts', '--propagation', 'private', 'sh', '-c', enter, 'sh'],
        ...[root, outside, repository, dirname(program)],
        ...(how.traced ? strace : []),
        ...['chroot', root, program.replace(dirname(program), node), ...words.map(inside), 'run'],
      ],
      {
        encoding: 'utf8',
        timeout: 120_000,
        env: { PATH: process.env.PATH, BOOTAGENT_UNIT: '1', NODE_COMPILE_CACHE: `${here}/dist/compile-cache` },
      },
    );
    return {
      code: status,
      text: stdout + stderr,
      calls: how.traced ? callsIn(readFileSync(trace, 'utf8')) : [],
      root,
      disk: readTree(root),
      ran: readFileSync(join(outside, 'ran'), 'utf8').split('\n').filter(Boolean),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
