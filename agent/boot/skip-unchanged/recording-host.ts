import { Problem } from '../../base/problem.ts';
import type { ReadHost, Stat } from '../../host/host.ts';
import { runningQuery } from '../../resources/units/running.ts';
import { isMasked, linksTo, unitPath } from '../../resources/units/unit-files.ts';
import { type BootSnapshot, blockLength, fleeting, type PathType } from './boot-snapshot.ts';
import { changeTimesReader } from './change-times.ts';
import { deviceReader, type Piece } from './record-devices.ts';
import { type PathRecorder, pathRecorder } from './record-paths.ts';

/** Mount points that systemd mounts itself, regardless of fstab. */
const mountedBySystemd = ['/proc', '/sys', '/dev/shm', '/dev/pts'];
/** Files of earlier processes of this boot: they do not exist when the next boot begins. */
const leftovers = /^\/run\/bootagent\/(?!conf\.d)/;
const types = {
  file: 'file',
  directory: 'folder',
  link: 'link',
  block: 'block',
  other: 'other',
} as const satisfies Record<Stat['type'], PathType>;

/** A host, the snapshot that records its reads, and the recorder of its paths. */
interface Recording {
  readonly host: ReadHost;
  readonly snapshot: BootSnapshot;
  readonly paths: PathRecorder;
}

/**
 * Returns the machine as the first stage of its next boot will find it if nothing changes: without a network, without files of
 * bootagent in /run, and with the units that start at boot counted as active. Everything that is read is recorded in the
 * snapshot.
 */
export function recordingHost(host: ReadHost, snapshot: BootSnapshot, timesOf = changeTimesReader()): ReadHost {
  const paths = pathRecorder(host.root, snapshot, timesOf);
  const recording = { host, snapshot, paths };
  const readDevice = deviceReader(host, snapshot, paths);

  /** Wraps a read. If it fails and the caller continues, the result depends on something that the shell script cannot compare. */
  const guarded =
    <T>(read: (path: string) => Promise<T>): ((path: string) => Promise<T>) =>
    async (path) => {
      try {
        return await read(path);
      } catch (error) {
        snapshot.unusable(`${path} cannot be read`);
        throw error;
      }
    };

  return {
    ...host,
    readText: guarded(async (path) => {
      const bytes = await readBytes(path, undefined, recording);
      return bytes && Buffer.from(bytes).toString();
    }),
    readBytes: async (path, piece) =>
      piece && path.startsWith('/dev/')
        ? readDevice(path, piece)
        : guarded(() => readBytes(path, piece, recording))(path),
    stat: guarded((path) => stat(path, recording)),
    list: guarded((path) => list(path, recording)),
    readLink: guarded((path) => readLink(path, recording)),
    space: guarded(async (path) => {
      paths.recordSpace(path);
      return host.space(path);
    }),
    async query(argv) {
      const unit = argv.at(-1) ?? '';
      if (!argv.every((word, index) => word === runningQuery(unit)[index])) return refuse(argv.join(' '), snapshot);
      const starts = !(await isMasked(unit, this)) && (await linksTo(unit, this, 'all')).length > 0;
      // Another program may start the unit, which cannot be seen here.
      if (!starts && (await unitPath(unit, this)) !== undefined) snapshot.unusable(`another program may start ${unit}`);
      return { code: 0, stdout: `ActiveState=${starts ? 'active' : 'inactive'}\n`, stderr: '' };
    },
    http: async ({ url }) => refuse(url, snapshot),
    sleep: async () => refuse('a wait', snapshot),
  };
}

function refuse(what: string, snapshot: BootSnapshot): never {
  snapshot.unusable(`it needs ${what}`);
  throw new Problem('unexpected', `The preview of the next boot runs no programs and sends no requests: ${what}`);
}

/** Checks that the record and the returned value agree on whether the path exists. */
function agreed<T>(path: string, exists: boolean, value: T, snapshot: BootSnapshot): T {
  const isFound = Array.isArray(value) ? value.length > 0 : value !== undefined;
  if (isFound && !exists) snapshot.unusable(`${path} was created meanwhile`);
  return value;
}

async function stat(path: string, { host, snapshot, paths }: Recording): Promise<Stat | undefined> {
  if (leftovers.test(path)) return void snapshot.is(path, 'none');
  if (!fleeting.test(path)) return agreed(path, paths.recordStat(path), await host.stat(path), snapshot);
  const found = await host.stat(path);
  snapshot.is(path, found ? types[found.type] : 'none');
  return found;
}

async function list(path: string, { host, snapshot, paths }: Recording): Promise<readonly string[]> {
  if (fleeting.test(path)) {
    const names = await host.list(path);
    snapshot.names(path, names);
    return names;
  }
  const names = agreed(path, paths.record(path, { follow: true }), await host.list(path), snapshot);
  if (!paths.hasTimes(path)) snapshot.names(path, names);
  return names;
}

async function readLink(path: string, { host, snapshot, paths }: Recording): Promise<string | undefined> {
  if (!fleeting.test(path))
    return agreed(path, paths.record(path, { follow: false }), await host.readLink(path), snapshot);
  const target = await host.readLink(path);
  if (target !== undefined) snapshot.link(path, paths.realPathOf(path));
  else if (await host.stat(path)) snapshot.unusable(`${path} is not a link`);
  else snapshot.is(path, 'none');
  return target;
}

async function readBytes(
  path: string,
  piece: Piece | undefined,
  recording: Recording,
): Promise<Uint8Array | undefined> {
  const { host, snapshot, paths } = recording;
  if (leftovers.test(path)) return void snapshot.is(path, 'none');
  if (fleeting.test(path)) return readKernelFile(path, piece, recording);
  const shown = agreed(path, paths.record(path, { follow: true }), await host.readBytes(path, piece), snapshot);
  if (shown && !paths.hasTimes(path)) {
    const bytes = (await host.readBytes(path)) ?? shown;
    if (bytes.length > blockLength) snapshot.unusable(`${path} is long, and its times do not show changes`);
    else snapshot.read(path, bytes);
  }
  return shown;
}

/** Reads a file of /proc, /sys, /dev or /run. */
async function readKernelFile(
  path: string,
  piece: Piece | undefined,
  recording: Recording,
): Promise<Uint8Array | undefined> {
  const { host, snapshot } = recording;
  const bytes = await host.readBytes(path);
  const text = () => Buffer.from(bytes ?? []).toString();
  if (['/proc/net/route', '/proc/net/ipv6_route'].includes(path)) {
    snapshot.noAddresses();
    return undefined;
  }
  if (bytes === undefined) snapshot.is(path, 'none');
  else if (path === '/proc/meminfo') snapshot.memory(Number(/^MemTotal:\s+(\d+)/m.exec(text())?.[1] ?? 0));
  else if (path === '/proc/self/mountinfo') {
    snapshot.mounts(text());
    await rejectMountsIn(fleeting, recording);
  } else if (path === '/proc/swaps') snapshot.swaps(text());
  else snapshot.read(path, bytes);
  return piece ? bytes?.subarray(piece.from, piece.from + piece.length) : bytes;
}

/** Rejects mounts of fstab in these trees: they cannot be distinguished from mounts that come and go by themselves. */
async function rejectMountsIn(tree: RegExp, recording: Recording): Promise<void> {
  const table = Buffer.from((await readBytes('/etc/fstab', undefined, recording)) ?? []).toString();
  for (const line of table.split('\n')) {
    const [source = '#', target = ''] = line.trim().split(/\s+/);
    if (!source.startsWith('#') && tree.test(target) && !mountedBySystemd.includes(target))
      recording.snapshot.unusable(`/etc/fstab mounts ${target}`);
  }
}
