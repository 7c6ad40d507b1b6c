import { Problem } from '../base/problem.ts';
import * as files from './files.ts';
import type { Attributes, Host, ReadHost, Request, Response } from './host.ts';
import { idOf } from './passwd.ts';
import { type CreatedTop, pathLabels } from './path-labels.ts';
import { mayWrite, syncOwn } from './pending-syncs.ts';
import { discardPrepared, type NewFile, prepareFiles } from './prepared-files.ts';
import { programProblem, runProgram } from './processes.ts';
import { isQuery } from './queries.ts';
import * as readFs from './read-fs.ts';
import { syncProgramsLater } from './unsynced.ts';

export interface LinuxOptions {
  /** The root folder: "/" for this machine. */
  readonly root: string;
  /** Whether the root is an image or a scratch folder, and not the running machine. */
  readonly offline: boolean;
}

/** Returns a host for the running machine or for a file tree. */
export function linux({ root, offline }: LinuxOptions): Host {
  const reads = linuxReads({ root, offline });
  const labels = pathLabels(root, offline);
  const owning = (attributes: Attributes) => numericOwner(attributes, reads);
  return {
    ...reads,

    writeFile: async (path, content, attributes = {}) => {
      let lacksLabel = !readFs.stat(root, path);
      const top = labels.topToCreate(path);
      files.writeFile(root, path, content, await owning(attributes), (old, aside) => {
        lacksLabel = !labels.keep(old, aside);
      });
      if (lacksLabel) labels.set(top);
    },
    prepareFiles: async (wanted) => {
      const ready: NewFile[] = [];
      const tops = new Map<string, CreatedTop>();
      for (const { path, content, attributes } of wanted) {
        // `writeFile` reports an owner that does not exist.
        const own = await owning(attributes).catch(() => undefined);
        if (!own) continue;
        ready.push({ ...own, path, content, mode: own.mode ?? 0o644 });
        const top = labels.topToCreate(path);
        if (top.isFolder) tops.set(top.path, top);
      }
      prepareFiles(root, ready);
      // The files get their labels when they get their names.
      for (const top of tops.values()) labels.set(top);
    },
    discardPrepared: async () => discardPrepared(),
    makeDirectory: async (path, attributes = {}) => {
      const top = labels.topToCreate(path);
      files.makeDirectory(root, path, await owning(attributes));
      labels.set(top);
    },
    remove: async (path) => files.remove(root, path),
    truncate: async (path) => files.truncate(root, path),
    link: async (path, target) => {
      const top = labels.topToCreate(path);
      files.link(root, path, target);
      labels.set(top);
    },
    setAttributes: async (path, attributes) => files.setAttributes(root, path, await owning(attributes)),
    run: async (argv, options = {}) => {
      const output = await (mayWrite(argv)
        ? writing(root, () => runProgram(argv, options))
        : runProgram(argv, options));
      if (offline && argv[1] === '--root') labels.setAccountTables();
      if ((options.accept ?? [0]).includes(output.code)) return output;
      throw programProblem(argv, output);
    },
    shell: async (script, tell) => {
      const { runList } = await import('./shell.ts');
      return writing(root, () => runList(script, tell, isGoingDown));
    },
    send: reads.http,
  };
}

/** Returns what may be asked of the machine or tree. */
function linuxReads({ root, offline }: LinuxOptions): ReadHost {
  let http: Promise<(request: Request) => Promise<Response>> | undefined;
  return {
    root,
    offline,
    privileged: process.getuid?.() === 0,
    readText: async (path) => readFs.readText(root, path),
    readBytes: async (path, piece) => readFs.readBytes(root, path, piece),
    stat: async (path) => readFs.stat(root, path),
    list: async (path) => readFs.listFolder(root, path),
    readLink: async (path) => readFs.readLink(root, path),
    space: async (path) => readFs.space(root, path),
    query: async (argv, { timeoutMs = 30_000 } = {}) => {
      if (!isQuery(argv))
        throw new Problem('unexpected', `${argv.join(' ')} is not one of the commands that only look`);
      return runProgram(argv, { timeoutMs });
    },
    http: async (request) => {
      // Loaded at the first request only: no other module takes longer to load.
      http ??= import('./http.ts').then(({ makeHttp }) => makeHttp());
      return (await http)(request);
    },
    // Avoids `performance`, which loads Node's performance hooks.
    now: () => Number(process.hrtime.bigint()) / 1e6,
    clock: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

/** Starts a program when the agent's earlier changes are on disk: those of the program may get there at any time. */
async function writing<T>(root: string, start: () => Promise<T>): Promise<T> {
  syncOwn();
  try {
    return await start();
  } finally {
    syncProgramsLater(root);
  }
}

/** Returns attributes with owner and group as numbers. Without privileges, a file keeps the owner that the kernel gives it. */
async function numericOwner(attributes: Attributes, host: ReadHost): Promise<files.Owning> {
  const { owner, group, mode, within } = attributes;
  const number = async (name: string | undefined, sort: 'user' | 'group'): Promise<number | undefined> => {
    if (name === undefined || !host.privileged) return undefined;
    const id = await idOf(name, sort, host);
    if (id !== undefined) return id;
    throw new Problem('not-possible', `There is no ${sort} "${name}"`, { hint: `Make it under "${sort}s".` });
  };
  return { uid: await number(owner, 'user'), gid: await number(group, 'group'), mode, within };
}

async function isGoingDown(): Promise<boolean> {
  const { stdout } = await runProgram(['systemctl', 'list-jobs', '--no-legend'], { timeoutMs: 5000 });
  return /\b(shutdown|reboot|poweroff|halt|kexec)\.target\b/.test(stdout);
}

/** Returns the host of this machine, for facts that an image does not have: cores, memory, firmware. */
export const thisMachine = (): Host => linux({ root: '/', offline: false });
