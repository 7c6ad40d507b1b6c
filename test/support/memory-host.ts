import { basename, dirname, join } from 'node:path/posix';
import { Problem } from '../../agent/base/problem.ts';
import type { Attributes, Host, Output, Request, Response, ShellEnd, Stat } from '../../agent/host/host.ts';
import { isQuery } from '../../agent/host/queries.ts';

type Answer = Partial<Output> | string | undefined;
export type Program = (args: readonly string[], machine: MemoryHost, input: string) => Answer;

interface Node {
  type: Stat['type'];
  bytes: Uint8Array;
  mode: number;
  uid: number;
  gid: number;
  target?: string;
  modifiedMs: number;
}

export interface MemoryHost extends Host {
  /** The nodes by path, directories included. */
  readonly nodes: Map<string, Node>;
  /** Every change to the machine, oldest first: "write /etc/fstab", "run mkswap /swapfile". */
  readonly did: string[];
  /** Every request made, oldest first. */
  readonly asked: Request[];
  /** Returns the text of a file, for assertions. */
  text(path: string): string | undefined;
  /** Returns the nine permission bits, as "0644". */
  mode(path: string): string | undefined;
}

export interface Given {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly directories?: readonly string[];
  readonly modes?: Readonly<Record<string, number>>;
  /** Owners as "uid:gid". */
  readonly owners?: Readonly<Record<string, string>>;
  /** The result of each program; a text is its standard output. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** The response to each request, by "GET http://…"; a number is a status without body. */
  readonly web?: Readonly<Record<string, string | number>> | ((request: Request) => Promise<Response>);
  readonly offline?: boolean;
  readonly privileged?: boolean;
  readonly shell?: (item: string, index: number) => { readonly code?: number; readonly tail?: string } | 'shutdown';
  readonly freeBytes?: number;
  /** Devices mounted on directories, as "8:2" by path: everything below such a path is on that device. */
  readonly devices?: Readonly<Record<string, string>>;
}

/** Returns a host made of maps. A program or page that the test did not define is an error, not an empty answer. */
export function memoryHost(given: Given = {}): MemoryHost {
  const nodes = new Map<string, Node>([['/', folder()]]);
  const did: string[] = [];
  let time = 0;

  const put = (path: string, node: Partial<Node> & Pick<Node, 'type'>) => {
    for (let up = dirname(path); !nodes.has(up); up = dirname(up)) nodes.set(up, folder());
    nodes.set(path, { ...folder(), bytes: new Uint8Array(), mode: 0o644, modifiedMs: time, ...node });
  };
  for (const path of given.directories ?? []) put(path, folder());
  for (const [path, content] of Object.entries(given.files ?? {})) put(path, { type: 'file', bytes: bytesOf(content) });
  for (const [path, target] of Object.entries(given.links ?? {})) put(path, { type: 'link', target, mode: 0o777 });
  for (const [path, mode] of Object.entries(given.modes ?? {})) Object.assign(at(path) ?? {}, { mode });
  for (const [path, owner] of Object.entries(given.owners ?? {})) {
    const [uid, gid] = owner.split(':').map(Number);
    Object.assign(at(path) ?? {}, { uid, gid });
  }

  /** Resolves a path as in a chroot; follows the last link only if `follow` is set. */
  function whither(path: string, follow: boolean): string {
    const ahead = namesOf(path);
    let here = '/';
    for (let links = 0; ahead.length > 0; ) {
      const name = ahead.shift() ?? '';
      const next = join(here, name);
      const { type, target = '' } = nodes.get(next) ?? {};
      if (type !== 'link' || (ahead.length === 0 && !follow)) here = next;
      else {
        if (++links > 40) throw new Problem('unsafe-path', `${path} leads through more than 40 links`);
        ahead.unshift(...namesOf(target));
        if (target.startsWith('/')) here = '/';
      }
    }
    return here;
  }

  function at(path: string): Node | undefined {
    return nodes.get(whither(path, true));
  }

  /** Returns the real path to write to, and the node at it. */
  function spot(path: string, follow = true): { real: string; node: Node | undefined } {
    const real = whither(path, follow);
    for (let up = dirname(real); up !== '/'; up = dirname(up)) {
      if ((nodes.get(up)?.type ?? 'directory') !== 'directory')
        throw new Problem('file-failed', `${path}: ${basename(up)} is not a directory`);
    }
    return { real, node: nodes.get(real) };
  }

  function existing(path: string): Node {
    const { node } = spot(path);
    if (!node) throw new Problem('file-failed', `Cannot write ${path}: no such file`);
    return node;
  }

  function call(argv: readonly string[], input = ''): Output {
    const [name = '', ...args] = argv;
    const program = given.programs?.[name];
    if (!program) throw new Error(`The test gives no program "${name}", wanted for: ${argv.join(' ')}`);
    const answer = program(args, machine, input) ?? {};
    return { code: 0, stdout: '', stderr: '', ...(typeof answer === 'string' ? { stdout: answer } : answer) };
  }

  async function ask(request: Request): Promise<Response> {
    machine.asked.push(request);
    if (typeof given.web === 'function') return given.web(request);
    const answer = given.web?.[`${request.method ?? 'GET'} ${request.url}`] ?? 404;
    return typeof answer === 'number'
      ? { status: answer, headers: {}, body: new Uint8Array() }
      : { status: 200, headers: {}, body: new TextEncoder().encode(answer) };
  }

  const attribute = (path: string, { mode, owner, group }: Attributes) => {
    const node = at(path);
    if (!node) return;
    if (mode !== undefined) node.mode = mode;
    if (owner !== undefined) node.uid = numberOf(owner, '/etc/passwd');
    if (group !== undefined) node.gid = numberOf(group, '/etc/group');
  };
  const numberOf = (name: string, table: string): number => {
    if (/^\d+$/.test(name)) return Number(name);
    const line = machine
      .text(table)
      ?.split('\n')
      .find((each) => each.startsWith(`${name}:`));
    if (!line && name === 'root') return 0;
    if (!line) throw new Problem('not-possible', `No ${name} in ${table}`);
    return Number(line.split(':')[2]);
  };

  const machine: MemoryHost = {
    nodes,
    did,
    asked: [],
    offline: given.offline ?? false,
    privileged: given.privileged ?? true,
    root: given.offline ? '/image' : '/',
    text: (path) => {
      const node = at(path);
      return node?.type === 'file' ? new TextDecoder().decode(node.bytes) : undefined;
    },
    mode: (path) => at(path)?.mode.toString(8).padStart(4, '0'),
    readText: async (path) => machine.text(path),
    readBytes: async (path, piece) => {
      const node = at(path);
      if (node?.type !== 'file') return undefined;
      return piece ? node.bytes.slice(piece.from, piece.from + piece.length) : node.bytes;
    },
    stat: async (path) => {
      const node = nodes.get(whither(path, false));
      const over = Object.keys(given.devices ?? {}).find((mount) => `${path}/`.startsWith(`${mount}/`));
      return node && { ...statOf(node), ...(over && { device: given.devices?.[over] ?? '' }) };
    },
    list: async (path) => {
      const real = whither(path, true);
      const prefix = real === '/' ? '/' : `${real}/`;
      const names = [...nodes.keys()].filter((each) => each.startsWith(prefix) && each !== '/');
      return [...new Set(names.map((each) => each.slice(prefix.length).split('/')[0] ?? ''))].filter(Boolean).sort();
    },
    readLink: async (path) => nodes.get(whither(path, false))?.target,
    space: async () => ({ bytes: 100 * 2 ** 30, free: given.freeBytes ?? 50 * 2 ** 30 }),
    query: async (argv) => {
      assertQuery(argv);
      return call(argv);
    },
    http: ask,
    send: async (request) => {
      did.push(`${request.method ?? 'GET'} ${request.url}`);
      return ask(request);
    },
    now: () => time,
    clock: () => 1_790_000_000_000 + time,
    sleep: async (ms) => {
      time += ms;
    },
    writeFile: async (path, content, attributes = {}) => {
      did.push(`write ${path}`);
      const { real, node } = spot(path);
      if (node && node.type !== 'file') throw new Problem('file-failed', `${path} is not a file but a ${node.type}`);
      if (node) node.bytes = bytesOf(content);
      else put(real, { type: 'file', bytes: bytesOf(content) });
      attribute(path, attributes);
    },
    makeDirectory: async (path, attributes = {}) => {
      did.push(`mkdir ${path}`);
      const { real, node } = spot(path);
      if (node && node.type !== 'directory')
        throw new Problem('file-failed', `${path} is not a directory but a ${node.type}`);
      if (!node) put(real, folder());
      attribute(path, attributes);
    },
    remove: async (path) => {
      did.push(`remove ${path}`);
      const real = whither(path, false);
      for (const each of [...nodes.keys()]) if (each === real || each.startsWith(`${real}/`)) nodes.delete(each);
    },
    prepareFiles: async () => {},
    discardPrepared: async () => {},
    truncate: async (path) => {
      did.push(`truncate ${path}`);
      existing(path).bytes = new Uint8Array();
    },
    link: async (path, target) => {
      did.push(`link ${path} ${target}`);
      const { real, node } = spot(path, false);
      if (node?.type === 'directory') throw new Problem('file-failed', `${path} is a folder`);
      put(real, { type: 'link', target, mode: 0o777 });
    },
    setAttributes: async (path, attributes) => {
      did.push(`set ${path}`);
      existing(path);
      attribute(path, attributes);
    },
    run: async (argv, { input, accept = [0] } = {}) => {
      did.push(`run ${argv.join(' ')}`);
      const output = call(argv, input === undefined ? '' : new TextDecoder().decode(bytesOf(input)));
      if (accept.includes(output.code)) return output;
      throw new Problem('command-failed', `${argv.join(' ')} ended with ${output.code}`);
    },
    shell: async (script, tell) => {
      did.push(`shell ${script.name}`);
      const end = (more: Partial<ShellEnd>): ShellEnd => ({
        code: 0,
        log: `/log/${script.name}`,
        shutdown: false,
        ...more,
      });
      for (let item = script.from ?? 0; item < script.items.length; item++) {
        await tell({ event: 'began', item });
        did.push(`item ${script.items[item]}`);
        const answer = given.shell?.(script.items[item] ?? '', item) ?? {};
        if (answer === 'shutdown') return end({ shutdown: true });
        const { code = 0, tail = '' } = answer;
        const lastLine = tail.split(' / ').at(-1) ?? '';
        await tell({ event: 'ended', item, code, ms: 1, tail, lastLine, log: `/log/${script.name}` });
        if (code !== 0 && script.stopOnError) return end({ code });
      }
      return end({});
    },
  };
  return machine;
}

/** Returns every path of a machine with its type, mode, owner and content. */
export const everything = ({ nodes }: MemoryHost): Record<string, string> =>
  Object.fromEntries(
    [...nodes].map(([path, { type, mode, uid, gid, target = '', bytes }]) => [
      path,
      `${type} ${mode.toString(8)} ${uid}:${gid} ${target}${Buffer.from(bytes).toString('latin1')}`,
    ]),
  );

const folder = (): Node => ({ type: 'directory', bytes: new Uint8Array(), mode: 0o755, uid: 0, gid: 0, modifiedMs: 0 });

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;

const statOf = (node: Node): Stat => ({
  type: node.type,
  mode: node.mode,
  uid: node.uid,
  gid: node.gid,
  size: node.bytes.length,
  allocated: node.bytes.length,
  device: '8:1',
  rdev: '0:0',
  inode: 1,
  modifiedMs: node.modifiedMs,
});

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');

function assertQuery(argv: readonly string[]): void {
  if (!isQuery(argv)) throw new Error(`${argv.join(' ')} is not one of the commands that only look`);
}
