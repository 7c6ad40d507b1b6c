import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Boot, bootOf } from '../../machine/support/boot.ts';
import { run } from '../../machine/support/scratch.ts';
import { type Cloud, cloud } from './cloud.ts';
import { type Disk, type DiskOptions, diskOf, makeDisk } from './disk.ts';

export interface BootOptions {
  /** Drives beside its disk that a cloud attaches. */
  readonly drives?: readonly string[];
  /** The SMBIOS fields of the firmware: "manufacturer=Amazon EC2". */
  readonly smbios?: string;
  /** Additional words for the kernel's command line. */
  readonly append?: string;
  /** Runs with the machine once the boot has completed. */
  readonly visit?: (visitor: Visitor) => Promise<void>;
  /** Cuts the power when the console output matches. */
  readonly cutAt?: RegExp;
  /** Counts time in instructions of one processor, so that the load of the host does not affect it. */
  readonly counted?: boolean;
  /** Boots again when the machine reboots itself. */
  readonly reboots?: boolean;
}

export interface Visitor {
  /** Logs in by ssh and returns the output of the command; throws if the login is refused or the command fails. */
  ssh(user: string, command: string): Promise<string>;
}

/** A virtual machine with a disk, in a cloud of its own. */
export interface Machine extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly disk: Disk;
  readonly folder: string;
  /** The public half of the visitors' SSH key. */
  readonly key: string;
  boot(options?: BootOptions): Promise<Boot>;
}

/** An external image, and the firmware that boots it. */
export interface Given {
  readonly image: string;
  readonly firmware: 'bios' | 'uefi';
}

export async function machine(options: DiskOptions | Given = {}): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), 'bootagent-vm-'));
  const disk =
    'image' in options ? await diskOf(options.image, folder, options.firmware) : await makeDisk(folder, options);
  const home = await cloud(folder);
  const identity = join(folder, 'identity');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'visitor', '-f', identity]);
  const key = (await run('cat', [`${identity}.pub`])).trim();
  let boots = 0;
  return {
    cloud: home,
    disk,
    folder,
    key,
    async boot(how = {}) {
      const seen = join(folder, `boot-${boots++}`);
      await mkdir(seen);
      const probe = join(folder, 'probe.raw');
      await rm(probe, { force: true });
      await run('truncate', ['-s', '64M', probe]);
      const went = qemu(home.namespace, qemuArguments(disk, probe, how), how, {
        identity,
        line: `${probe}.line`,
        said: `${seen}.console`,
      });
      // A machine whose power was cut, or that never completed its boot, left no output.
      await went.catch(() => undefined);
      await run('tar', ['-C', seen, '-xf', probe]).catch(() => undefined);
      const console = await went;
      return bootOf(seen, console);
    },
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      if (process.env.BOOTAGENT_KEEP) await run('cp', ['-a', '--sparse=always', folder, process.env.BOOTAGENT_KEEP]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function qemuArguments({ file, start }: Disk, probe: string, how: BootOptions): readonly string[] {
  const words = [
    typeof start === 'object' && `root=${start.root}`,
    'ro',
    'console=ttyS0',
    'systemd.show_status=no',
    'quiet',
    how.append,
    how.visit && 'probe.hold',
  ];
  const drive = (id: string, path: string, file = '', device = '') => [
    ...['-drive', `id=${id},file=${path},if=none,format=raw${file}`],
    ...['-device', `virtio-blk-pci,drive=${id}${device}`],
  ];
  return [
    // Each byte that a repeated string instruction clears or copies counts as one instruction, so counted runs disable the CPU
    // features that favour it.
    ...['-machine', 'q35', '-cpu', how.counted ? 'max,erms=off,fsrm=off' : 'max', '-m', '1024'],
    ...(how.counted
      ? ['-accel', 'tcg', '-smp', '1', '-icount', 'shift=0,sleep=on']
      : ['-accel', 'tcg,thread=multi', '-smp', '2']),
    ...[
      '-display',
      'none',
      '-monitor',
      'none',
      '-serial',
      'stdio',
      '-serial',
      `unix:${probe}.line,server=on,wait=off`,
      ...(how.reboots ? [] : ['-no-reboot']),
    ],
    ...(typeof start === 'object'
      ? ['-kernel', start.kernel, '-initrd', start.initrd, '-append', words.filter(Boolean).join(' ')]
      : start === 'uefi'
        ? ['-bios', '/usr/share/ovmf/OVMF.fd']
        : []),
    ...drive('disk', file, ',cache=unsafe'),
    ...drive('probe', probe, '', ',serial=probe'),
    ...(how.drives ?? []).flatMap((path, index) =>
      drive(`drive${index}`, path, ',readonly=on', `,serial=drive${index}`),
    ),
    ...['-smbios', `type=1,${how.smbios ?? 'manufacturer=QEMU'}`],
    ...['-nic', 'user,model=virtio-net-pci,mac=02:00:0a:00:02:0f,hostfwd=tcp:127.0.0.1:2222-:22'],
    ...['-device', 'virtio-rng-pci'],
  ];
}

/** Runs the machine until it is off, and returns its console output. */
function qemu(
  namespace: string,
  args: readonly string[],
  how: BootOptions,
  { identity, line, said }: { readonly identity: string; readonly line: string; readonly said: string },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn('ip', ['netns', 'exec', namespace, 'qemu-system-x86_64', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let heard = '';
  let visited = false;
  const failures: unknown[] = [];
  child.stderr.on('data', (bytes) => {
    heard += String(bytes);
  });
  child.stdout.on('data', (bytes) => {
    heard += String(bytes);
    // For watching a boot, or reading one that was kept.
    appendFileSync(said, bytes);
    if (how.cutAt?.test(heard)) child.kill('SIGKILL');
    if (!visited && heard.includes('PROBE-HELD')) {
      visited = true;
      visit(how.visit ?? (async () => {}))
        .catch((error) => failures.push(error))
        .finally(() => connect(line).end('over\n'));
    }
  });
  const ssh = (user: string, command: string) =>
    run('ip', [
      ...[
        'netns',
        'exec',
        namespace,
        'ssh',
        '-i',
        identity,
        '-p',
        '2222',
        '-o',
        'BatchMode=yes',
        '-o',
        'ConnectTimeout=30',
      ],
      ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'],
      ...['-o', 'IdentitiesOnly=yes', `${user}@127.0.0.1`, command],
    ]);
  const visit = async (work: NonNullable<BootOptions['visit']>) => work({ ssh });
  // A boot takes about half a minute on an idle host: the limit only ends one that hangs.
  const guard = setTimeout(() => child.kill('SIGKILL'), 1_800_000);
  child.on('error', reject);
  child.on('close', () => {
    clearTimeout(guard);
    if (failures.length > 0) reject(failures[0]);
    else resolve(heard);
  });
  return promise;
}
