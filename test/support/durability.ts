import { dirname, normalize } from 'node:path';

/** The strace calls that `lossesIn` evaluates; strace must show the paths of descriptors (-y). */
export const durabilityCalls =
  'openat,write,fsync,fdatasync,syncfs,fchmod,fchown,ftruncate,rename,mkdir,unlink,rmdir,link,symlink';

const journal = '/var/lib/bootagent/journal.ndjson';
/** Lines of the journal whose loss costs a comparison: other files may change before they are on disk. */
const progress = /"\{\\"is\\":\\"(?:began|rested|turn|settled)\\"/;

/**
 * Returns what a power loss could destroy although later steps rely on it, from the calls of one run below a root. The content of
 * a file is on disk once the file is synced after its last write, a name once its directory is synced. Both must happen before
 * the next journal write, acts and debts in the journal must be on disk before anything else changes, and everything must be on
 * disk before the run ends.
 */
export function lossesIn(calls: readonly string[], root: string): string[] {
  const behind = new Map<string, string>();
  const dirty = new Set<string>();
  const names = new Set<string>();
  const folders = new Set<string>();
  const losses: string[] = [];
  /** Whether the journal has lines of progress that are not on disk. */
  let unsynced = false;

  /** Returns a path relative to the root; undefined for a path outside of it and for /run, which is lost at each boot. */
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
  /** Checks the order before a path of the tree changes. */
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
      if (path === journal && progress.test(rest)) unsynced = true;
      else dirty.add(path);
    } else if (call === 'syncfs') {
      for (const set of [dirty, names]) set.clear();
      unsynced = false;
    } else if ((call === 'fsync' || call === 'fdatasync') && fdPath !== undefined) {
      const path = inTree(fdPath) ?? (fdPath === root ? '/' : undefined);
      if (path === undefined) continue;
      dirty.delete(path);
      if (path === journal) unsynced = false;
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
  report('the run ends', [...open(), ...(unsynced ? [`content of ${journal}`] : [])]);
  return [...new Set(losses)];
}
