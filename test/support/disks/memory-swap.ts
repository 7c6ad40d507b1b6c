import type { Host } from '../../../agent/host/host.ts';
import { GiB, MiB } from '../facts.ts';
import { type Given, type MemoryHost, memoryHost, type Program } from '../memory-host.ts';

/** The content of a path: its size, the bytes allocated for it, and whether it has the swap signature. */
interface Content {
  size: number;
  allocated: number;
  swap: boolean;
  data?: string;
}

export interface SwapMachine {
  readonly host: MemoryHost;
  readonly contents: Map<string, Content>;
}

/** Returns a machine whose files have sizes and holes without using memory; the swap programs operate on them. */
export function swapMachine(
  own: {
    type?: string;
    files?: Readonly<Record<string, Content>>;
    modes?: Given['modes'];
    used?: readonly string[];
    freeBytes?: number;
    /** fallocate leaves holes (`holes`), or swapon fails once as it does for holes (`refuses`). */
    holes?: boolean;
    refuses?: boolean;
    programs?: Given['programs'];
  } = {},
): SwapMachine {
  const contents = new Map(Object.entries(own.files ?? {}));
  const used = new Set(own.used ?? []);
  let refusals = own.refuses ? 1 : 0;
  const last = (args: readonly string[]): string => args.at(-1) ?? '';
  const at = (path: string): Content => {
    const content = contents.get(path) ?? { size: 0, allocated: 0, swap: false };
    contents.set(path, content);
    return content;
  };
  const programs: Record<string, Program> = {
    fallocate: ([, bytes = '0', path = '']) => {
      Object.assign(at(path), { size: Number(bytes), allocated: own.holes ? 4096 : Number(bytes) });
      return '';
    },
    dd: (args) => {
      const path = args.find((each) => each.startsWith('of='))?.slice(3) ?? '';
      const bytes = Number(args.find((each) => each.startsWith('count='))?.slice(6));
      Object.assign(at(path), { size: bytes, allocated: bytes });
      return '';
    },
    chattr: () => '',
    mkswap: (args) => {
      at(last(args)).swap = true;
      return '';
    },
    mv: ([, from = '', to = ''], machine) => {
      contents.set(to, at(from));
      contents.delete(from);
      const node = machine.nodes.get(from);
      if (node) machine.nodes.set(to, node);
      machine.nodes.delete(from);
      return '';
    },
    swapon: (args) => {
      if (refusals-- > 0) return { code: 255, stderr: 'swapon: /swap: swapon failed: Invalid argument' };
      used.add(last(args));
      return '';
    },
    swapoff: (args) => {
      used.delete(last(args));
      return '';
    },
    systemctl: () => '',
    findmnt: () => '',
    ...own.programs,
  };
  const host = memoryHost({
    programs,
    freeBytes: own.freeBytes ?? 50 * GiB,
    ...(own.modes && { modes: own.modes }),
    files: {
      '/proc/self/mountinfo': `1 0 252:1 / / rw - ${own.type ?? 'ext4'} /dev/vda1 rw\n2 1 0:40 / /tmp rw - tmpfs tmpfs rw\n`,
      '/proc/sys/kernel/osrelease': '5.14.0\n',
      ...Object.fromEntries([...contents.keys()].map((path) => [path, ''])),
    },
  });
  const sized: Partial<Host> = {
    stat: async (path) => {
      const stat = await memory.stat(path);
      const content = contents.get(path);
      return stat && content ? { ...stat, size: content.size, allocated: content.allocated } : stat;
    },
    readBytes: async (path, piece) => {
      const content = contents.get(path);
      if (!content) return memory.readBytes(path, piece);
      const head = new Uint8Array(Math.min(65536, content.size));
      if (content.swap) head.set(new TextEncoder().encode('SWAPSPACE2'), 4086);
      if (content.data) head.set(new TextEncoder().encode(content.data));
      return head;
    },
    readText: async (path) =>
      path === '/proc/swaps'
        ? `Filename Type Size Used Priority\n${[...used].map((each) => `${each} file ${(at(each).size - 4096) / 1024} 0 -2\n`).join('')}`
        : memory.readText(path),
    remove: async (path) => {
      contents.delete(path);
      await memory.remove(path);
    },
  };
  const memory = { ...host };
  Object.assign(host, sized);
  return { host, contents };
}

/** Returns a sound swap file. */
export const good = (bytes: number): Content => ({ size: bytes, allocated: bytes, swap: true });

export { GiB, MiB };
