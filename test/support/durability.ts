import { dirname, normalize } from 'node:path';

/** The calls of strace that this judges; strace has to show the paths behind descriptors (-y). */
export const durabilityCalls =
  'openat,write,fsync,fdatasync,fchmod,fchown,ftruncate,rename,mkdir,unlink,rmdir,link,symlink';

const journal = '/var/lib/bootagent/journal.ndjson';

/**
 * What a power loss could take away though later steps count on it, by the calls of one run below a root. A file is on disk once it
 * was synced behind its last write, a name once its folder was. Both must be before the journal goes on, the journal must be
 * before anything else is changed, and all of it before the run ends.
 */
export function lossesIn(calls: readonly string[], root: string): string[] {
  const behind = new Map<string, string>();
  const dirty = new Set<string>();
  const names = new Set<string>();
  const folders = new Set<string>();
  const losses: string[] = [];

  /** A path as the tree has it; undefined for what is outside of it, or goes at each boot. */
  const inTree = (written: string): string | undefined => {
    const held = written.replace(/^\/proc\/self\/fd\/(\d+)/, (all, fd: string) => behind.get(fd) ?? all);
    const path = normalize(held.replace(/\/\.$/, ''));
    const own = path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
    return own === undefined || /^\/run(?:\/|$)/.test(own) ? undefined : own;
  };
  const open = (): string[] => [
    ...[...dirty].map((path) => `content of ${path}`),
    ...[...names].map((path) => `name ${path}`),
  ];
  const report = (when: string, lost: readonly string[]): void => {
    for (const each of lost) losses.push(`${when}: the ${each} is not on disk`);
  };
  /** Something of the tree is about to change. */
  const changing = (path: string): void => {
    if (path === journal) report('the journal goes on', open());
    else if (dirty.has(journal) && path !== journal) report(`${path} changes`, [`content of ${journal}`]);
  };
  const named = (written: string): void => {
    const path = inTree(written);
    if (path === undefined) return;
    changing(path);
    names.add(path);
  };

  for (const line of calls) {
    const [, call = '', rest = ''] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? [];
    if (/ = -1 /.test(line)) continue;
    const quoted = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text);
    const [, fdPath] = /^\d+<([^>]*)>/.exec(rest) ?? [];
    if (call === 'openat') {
      const [, fd = '', path = ''] = / = (\d+)<([^>]*)>$/.exec(line) ?? [];
      if (/O_CREAT/.test(rest) && /O_EXCL/.test(rest)) named(path);
      behind.set(fd, path);
    } else if (['write', 'fchmod', 'fchown', 'ftruncate'].includes(call) && fdPath !== undefined) {
      const path = inTree(fdPath);
      if (path === undefined || folders.has(path)) continue;
      changing(path);
      dirty.add(path);
    } else if ((call === 'fsync' || call === 'fdatasync') && fdPath !== undefined) {
      const path = inTree(fdPath) ?? (fdPath === root ? '/' : undefined);
      if (path === undefined) continue;
      dirty.delete(path);
      for (const name of names) if (dirname(name) === path) names.delete(name);
    } else if (call === 'rename') {
      const [from, to] = [inTree(quoted[0] ?? ''), inTree(quoted[1] ?? '')];
      if (from !== undefined && dirty.delete(from)) report(`${to} is replaced`, [`content of ${from}`]);
      if (from !== undefined) names.delete(from);
      named(quoted[1] ?? '');
    } else if (call === 'mkdir') {
      const path = inTree(quoted[0] ?? '');
      if (path !== undefined) folders.add(path);
      named(quoted[0] ?? '');
    } else if (call === 'link' || call === 'symlink') named(quoted[1] ?? '');
    else if (call === 'unlink' || call === 'rmdir') {
      const path = inTree(quoted[0] ?? '');
      if (path !== undefined) {
        names.delete(path);
        dirty.delete(path);
      }
    }
  }
  report('the run ends', open());
  return [...new Set(losses)];
}
