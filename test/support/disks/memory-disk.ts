import { GiB, MiB } from '../facts.ts';
import { type MemoryHost, memoryHost, type Program } from '../memory-host.ts';

const extent = 4 * MiB;

/** A virtual machine's disk whose second partition is an LVM physical volume with an ext4 root on it. */
export interface MemoryDisk {
  readonly host: MemoryHost;
  readonly state: State;
  /** Each partition table that was read. */
  readonly tables: readonly string[];
}

interface State {
  /** Sizes in bytes: the disk, the partition in the table and in the kernel, the physical volume, the volume, the file system. */
  disk: number;
  entry: number;
  kernel: number;
  physical: number;
  volume: number;
  filesystem: number;
}

const start = GiB + MiB;
const usable = (bytes: number): number => Math.floor((bytes - MiB) / extent) * extent;

/** `fail` names programs that end with an error; `dies` throws in place of the program with this number. */
export function memoryDisk(own: Partial<State> = {}, faults: { fail?: string; dies?: number } = {}): MemoryDisk {
  const first = usable(2 * GiB);
  const state: State = {
    disk: 10 * GiB,
    entry: 2 * GiB,
    kernel: 2 * GiB,
    physical: first,
    volume: first,
    filesystem: first,
    ...own,
  };
  const tables: string[] = [];
  let ran = 0;
  const changing =
    (name: string, change: (args: readonly string[], input: string) => void): Program =>
    (args, machine, input) => {
      if (faults.fail === name) return { code: 1, stderr: `${name} said no` };
      change(args, input);
      show(machine);
      if (++ran === faults.dies) throw new Error('power lost');
      return '';
    };
  const sfdisk = changing('sfdisk', (_, input) => {
    state.entry = Number(/^\/dev\/vda2 : .* size= *(\d+)/m.exec(input)?.[1]) * 512;
  });
  const programs: Record<string, Program> = {
    sfdisk: (args, machine, input) => {
      if (args[0] !== '--dump') return sfdisk(args, machine, input);
      tables.push(tableOf(state));
      return tables.at(-1);
    },
    flock: ([, , , program, ...args], machine, input) =>
      program === 'sfdisk' ? sfdisk(args, machine, input) : { code: 127 },
    partx: changing('partx', () => {
      state.kernel = state.entry;
    }),
    pvresize: changing('pvresize', () => {
      state.physical = usable(state.kernel);
    }),
    lvextend: changing('lvextend', () => {
      state.volume = state.physical;
    }),
    resize2fs: changing('resize2fs', () => {
      state.filesystem = state.volume;
    }),
    lvs: () =>
      report('lv', { ...names, lv_name: 'root', segtype: 'linear', vg_free: `${state.physical - state.volume}` }),
    pvs: () => report('pv', { pv_name: '/dev/vda2', vg_name: 'rl', pv_size: `${state.physical}`, pe_start: `${MiB}` }),
  };
  const host = memoryHost({
    programs,
    files: {
      '/proc/self/mountinfo': '1 0 253:0 / / rw - ext4 /dev/mapper/rl-root rw\n',
      '/sys/class/block/dm-0/dm/uuid': 'LVM-AAAA1111BBBB2222\n',
      '/sys/class/block/vda/size': '',
      '/sys/class/block/vda2/size': '',
      '/sys/class/block/vda2/start': `${start / 512}\n`,
      '/sys/class/block/vda2/partition': '2\n',
      '/sys/class/block/dm-0/size': '',
      '/dev/dm-0': '',
      '/dev/vda': `${' '.repeat(512)}EFI PART`,
    },
    links: { '/sys/dev/block/253:0': '../../devices/virtual/block/dm-0' },
  });
  const readLink = host.readLink;
  const linked = { ...host, readLink: async (path: string) => links[path] ?? readLink(path) };
  show(host);
  return { host: linked, state, tables };

  function show(machine: MemoryHost): void {
    put(machine, '/sys/class/block/vda/size', `${state.disk / 512}\n`);
    put(machine, '/sys/class/block/vda2/size', `${state.kernel / 512}\n`);
    put(machine, '/sys/class/block/dm-0/size', `${state.volume / 512}\n`);
    put(machine, '/dev/dm-0', superblock(state.filesystem));
  }
}

/** A directory of /sys is itself a link; a node of a memory host cannot be a link and contain files. */
const links: Readonly<Record<string, string>> = {
  '/sys/class/block/vda2': '../../devices/pci0000:00/virtio0/block/vda/vda2',
};

const names = { vg_name: 'rl', vg_uuid: 'AAAA-1111', lv_uuid: 'BBBB-2222', vg_extent_size: `${extent}` };

const report = (key: string, row: Readonly<Record<string, string>>): string =>
  JSON.stringify({ report: [{ [key]: [row] }] });

const tableOf = ({ entry }: State): string => `label: gpt
sector-size: 512

/dev/vda1 : start=        2048, size=     ${GiB / 512}, type=X
/dev/vda2 : start=     ${start / 512}, size=     ${entry / 512}, type=X
`;

/** Returns the superblock of an ext4 file system of this size in bytes, with blocks of 4 KiB. */
function superblock(bytes: number): Uint8Array {
  const all = new Uint8Array(2048);
  const view = new DataView(all.buffer, 1024);
  view.setUint32(0x04, bytes / 4096, true);
  view.setUint32(0x18, 2, true);
  view.setUint16(0x38, 0xef53, true);
  return all;
}

function put(machine: MemoryHost, path: string, content: string | Uint8Array): void {
  const node = machine.nodes.get(path);
  if (node) node.bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
