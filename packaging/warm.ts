import child from 'node:child_process';
import { EventEmitter } from 'node:events';
import fs, {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import os, { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/**
 * `warm.ts AGENT CACHE`, started by the build: runs the agent as the dry run of a first boot, as the stages of a later boot,
 * and through the prediction of the next boot, and writes V8's code cache of the functions that ran. The machine is
 * simulated, so that the result is the same on every build machine.
 */
const [, , agent = '', cache = ''] = process.argv;
const answers: Readonly<Record<string, string>> = {
  '/latest/api/token': 'token',
  '/latest/meta-data/instance-id': 'i-1',
  '/latest/meta-data/local-hostname': 'worker-1.example',
  '/latest/meta-data/placement/availability-zone': 'zone-1a',
  '/latest/meta-data/public-keys/': '0=one',
  '/latest/meta-data/public-keys/0/openssh-key':
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDQ3f1hNTp0xiHgo1N4g2g/O9xaGzHgPVOzaHiMe4m8V one',
  '/latest/user-data': '#cloud-config\nwrite_files:\n  - {path: /etc/motd, content: hello}\nruncmd:\n  - echo hello\n',
};
const server = createServer(({ url = '', method, headers }, response) => {
  const body = answers[url];
  const isAllowed = method === 'PUT' || headers['x-aws-ec2-metadata-token'] === answers['/latest/api/token'];
  response.writeHead(!isAllowed ? 401 : body === undefined ? 404 : 200).end(body);
});
server.on('connection', (socket) => socket.unref());
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
server.unref();
// Otherwise an idle connection is closed after five seconds: on a busy machine that runs, and compiles, more of the agent.
server.keepAliveTimeout = 0;

const machine: Readonly<Record<string, string>> = {
  '/etc/bootagent/bootagent.yaml': `datasource_list: [Ec2]\ndatasource:\n  Ec2: {metadata_urls: ["http://127.0.0.1:${(server.address() as AddressInfo).port}"]}\n`,
  '/etc/fstab': '/dev/vda1 / ext4 defaults 0 1\n',
  '/etc/group': 'root:x:0:\n',
  '/etc/hosts': '127.0.0.1 localhost\n',
  '/etc/motd': 'welcome\n',
  '/usr/lib/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
  '/etc/shadow': 'root:*:19000:0:99999:7:::\n',
  '/etc/ssh/sshd_config': 'PermitRootLogin no\n',
  '/dev/vda': '',
  '/dev/vda1': '',
  '/proc/cmdline': 'root=/dev/vda1 quiet\n',
  '/proc/meminfo': 'MemTotal:        2048000 kB\n',
  '/proc/net/route':
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nens3\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\n',
  '/proc/self/mountinfo': '22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n',
  '/proc/self/task/1/stat': '',
  '/proc/swaps': 'Filename Type Size Used Priority\n',
  '/proc/sys/kernel/hostname': 'localhost\n',
  '/proc/sys/kernel/random/boot_id': '11111111-1111-1111-1111-111111111111\n',
  '/root/.keep': '',
  '/sys/class/dmi/id/product_uuid': '22222222-2222-2222-2222-222222222222\n',
  '/sys/class/net/ens3/address': '02:00:00:00:00:01\n',
  '/sys/devices/system/cpu/online': '0-1\n',
  '/sys/devices/vda/ro': '0\n',
  '/sys/devices/vda/size': '8388608\n',
  '/sys/devices/vda/vda1/partition': '1\n',
  '/sys/devices/vda/vda1/ro': '0\n',
  '/sys/devices/vda/vda1/size': '4192256\n',
  '/sys/devices/vda/vda1/start': '2048\n',
  '/usr/bin/ssh-keygen': '',
  '/usr/sbin/useradd': '',
  '/var/lib/bootagent/fresh': '',
};
const links: Readonly<Record<string, string>> = {
  '/etc/os-release': '../usr/lib/os-release',
  '/sys/block/vda': '../devices/vda',
  '/sys/class/block/vda': '../../devices/vda',
  '/sys/class/block/vda1': '../../devices/vda/vda1',
  '/sys/dev/block/254:1': '../../devices/vda/vda1',
};
process.umask(0o022);
const root = realpathSync(mkdtempSync(join(tmpdir(), 'bootagent-warm-')));
for (const [path, text] of Object.entries(machine)) {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
for (const [path, target] of Object.entries(links)) {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  symlinkSync(target, join(root, path));
}
process.on('exit', () => rmSync(root, { recursive: true }));

// Redirects all file access of the agent into the scratch directory.
const within = (path: unknown) =>
  typeof path === 'string' && path.startsWith('/') && !path.startsWith('/proc/self/fd/') && !path.startsWith(root)
    ? join(root, path)
    : path;
// Files belong to root, and homes to their users, whichever user runs the build.
const owned = <T extends { uid: number } | undefined>(stats: T, path: unknown): T => {
  const place = typeof path === 'number' ? readlinkSync(`/proc/self/fd/${path}`) : String(path);
  const folder = stats && place.startsWith('/') ? realpathSync(dirname(place)) : '';
  const id = `${folder}/`.startsWith(join(root, 'home/')) ? 1000 : 0;
  return stats && typeof stats.uid === 'number' ? Object.assign(stats, { uid: id, gid: id }) : stats;
};
const names = [
  'chmodSync',
  'existsSync',
  'lstatSync',
  'mkdirSync',
  'openSync',
  'readFileSync',
  'readdirSync',
  'readlinkSync',
  'rmSync',
  'statSync',
  'statfsSync',
  'writeFileSync',
] as const;
for (const name of names) {
  const real = fs[name] as (...given: unknown[]) => unknown;
  Object.assign(fs, { [name]: (path: unknown, ...rest: unknown[]) => real(within(path), ...rest) });
}
for (const name of ['fstatSync', 'lstatSync', 'statSync'] as const) {
  const real = fs[name] as (...given: unknown[]) => { uid: number } | undefined;
  Object.assign(fs, { [name]: (path: unknown, ...rest: unknown[]) => owned(real(path, ...rest), within(path)) });
}
for (const name of ['linkSync', 'renameSync'] as const) {
  const real = fs[name] as (...given: unknown[]) => unknown;
  Object.assign(fs, { [name]: (from: unknown, to: unknown) => real(within(from), within(to)) });
}
Object.assign(fs, { realpathSync: (path: unknown) => realpathSync(String(within(path))).slice(root.length) || '/' });
// Refuses the calls that are not redirected.
for (const name of ['lchownSync', 'symlinkSync', 'truncateSync', 'unlinkSync'] as const) {
  const refused = () => {
    throw new Error(`${name} is not for the made-up machine`);
  };
  Object.assign(fs, { [name]: refused });
}
const spaces = () => ({ bsize: 4096, blocks: 1_000_000, bavail: 500_000 });
Object.assign(fs, { statfsSync: spaces });
Object.assign(os, {
  networkInterfaces: () => ({
    ens3: [{ address: '10.0.0.2', family: 'IPv4', mac: '02:00:00:00:00:01', internal: false }],
  }),
});
// Each program only has the effects that the agent checks.
const sectors = { before: 4_192_256, after: 8_386_560 };
let size = sectors.before;
const dump = () =>
  `label: dos\nlabel-id: 0x11111111\ndevice: /dev/vda\nunit: sectors\nsector-size: 512\n\n/dev/vda1 : start=        2048, size=     ${size}, type=83, bootable\n`;
const programs: Readonly<Record<string, (args: readonly string[]) => string>> = {
  sfdisk: dump,
  flock: () => {
    size = sectors.after;
    return '';
  },
  partx: () => {
    writeFileSync(join(root, '/sys/devices/vda/vda1/size'), `${size}\n`);
    return '';
  },
  useradd: (args) => {
    const name = args.at(-1);
    const comment = args[args.indexOf('--comment') + 1];
    appendFileSync(join(root, '/etc/passwd'), `${name}:x:1000:1000:${comment}:/home/${name}:/bin/bash\n`);
    appendFileSync(join(root, '/etc/group'), `${name}:x:1000:\n`);
    appendFileSync(join(root, '/etc/shadow'), `${name}:!:19000:0:99999:7:::\n`);
    mkdirSync(join(root, '/home', String(name)), { recursive: true });
    return '';
  },
};
Object.assign(child, {
  spawnSync: () => {
    throw new Error('the made-up machine waits for no program');
  },
  spawn: (program: string, args: readonly string[]) => {
    if (program.includes('/')) throw new Error('the made-up machine has no shell');
    const said = programs[program]?.(args) ?? '';
    const heard = { on: (_: string, hear: (bytes: Buffer) => void) => void (said && hear(Buffer.from(said))) };
    const made = Object.assign(new EventEmitter(), { stdin: null, stdout: heard, stderr: null, pid: undefined });
    queueMicrotask(() => {
      made.emit('exit', 0, null);
      made.emit('close');
    });
    return made;
  },
});
// The next run starts in the same process.
Object.assign(process, { exit: () => {} });
// The agent believes it is root; changes of ownership in the scratch directory are ignored.
Object.assign(process, { getuid: () => 0, getgid: () => 0 });
Object.assign(fs, { chownSync: () => {}, fchownSync: () => {} });

// Timers never fire: on a busy machine a time limit could expire, and the result would differ.
const never = { ref: () => never, unref: () => never, refresh: () => never, hasRef: () => false };
Object.assign(globalThis, { setTimeout: () => never });
// The clocks count their readings: whether something took long decides what the agent does.
let readings = 0;
const epoch = Date.UTC(2026, 0, 1);
Object.assign(process.hrtime, { bigint: () => BigInt(++readings) * 10_000n });
Object.assign(Date, { now: () => epoch + Math.floor(++readings / 100) });

// Optimization and profiling depend on timing, and the code cache must be reproducible. Garbage collection affects it, too:
// bytecode ages, and the space between objects is no longer zero.
const flags = [
  'sparkplug',
  'maglev',
  'turbofan',
  'profile-guided-optimization',
  'flush-bytecode',
  'incremental-marking',
];
for (const flag of flags) setFlagsFromString(`--no-${flag}`);
const source = readFileSync(agent, 'latin1');
const script = new Script(source, { filename: 'bootagent.cjs' });
const runs = [
  ['run', '--dry-run'],
  ['run', 'local'],
  ['run', 'early', 'main'],
  ['run', 'final', '--only', 'root_lock'],
];
next();
process.on('beforeExit', next);

/** Starts the next run when the previous one has ended. */
function next(): void {
  const run = runs.shift();
  if (!run) {
    keep();
    return;
  }
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...run);
  if (!run.includes('--dry-run')) process.env.BOOTAGENT_UNIT = '1';
  script.runInThisContext()(createRequire(import.meta.url));
  // Keeps the process alive after a run without pending work.
  setImmediate(() => {});
}

function keep(): void {
  // The executable runs with default flags, and rejects a code cache that was made with others.
  for (const flag of flags) setFlagsFromString(`--${flag}`);
  for (const size of ['min', 'max']) setFlagsFromString(`--${size}-semi-space-size=0`);
  writeFileSync(cache, script.createCachedData());
}
