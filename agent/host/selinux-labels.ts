import { spawnSync } from 'node:child_process';
import * as files from './files.ts';
import { environment } from './processes.ts';
import * as readFs from './read-fs.ts';

/** Sets the SELinux labels of files, on a running machine or in a tree. */
export interface Labels {
  /** Copies the label of the old file, even a custom one, to its replacement; returns false if the old file has none. */
  keep(old: string, replacement: string): boolean;
  /** Sets the label that the policy defines for a new path. */
  set(path: string, deep: boolean): void;
}

/** Copies a label. A file that was written from another system has none; under a loaded policy it appears as `unlabeled_t`. */
const keepScript = `label=$(stat -L -c %C "$1" 2>/dev/null) || exit 1
case $label in '?' | *:unlabeled_t:*) exit 1 ;; esac
exec chcon "$label" "$2"`;

const succeeds = (program: string, words: readonly string[]): boolean =>
  spawnSync(program, words, { stdio: 'ignore', env: environment }).status === 0;

/** Replaces `/proc/self` with the process id: a child process has other file descriptors. */
const seenByAll = (path: string): string => path.replace('/proc/self/', `/proc/${process.pid}/`);

const keep = (old: string, replacement: string): boolean =>
  succeeds('sh', ['-c', keepScript, 'sh', seenByAll(old), seenByAll(replacement)]);

/** Returns the label operations of this machine or tree; undefined if it does not use SELinux labels. */
export function selinuxLabels(root: string, offline: boolean): Labels | undefined {
  if (offline) return hasLabels(root) ? inTree(root) : undefined;
  if (readFs.stat('/', '/sys/fs/selinux/enforce') === undefined) return undefined;
  return { keep, set: (path, deep) => void succeeds('restorecon', [deep ? '-iFR' : '-iF', path]) };
}

/**
 * Whether a tree uses SELinux and is labelled. The build of an unlabelled tree relabels it as a whole. If the file system
 * does not expose labels (guestmount may not), the tree counts as labelled, and each written file loses its label.
 */
function hasLabels(root: string): boolean {
  if (!policyOf(root)) return false;
  const { stdout, stderr } = spawnSync('stat', ['-c', '%C', `${root}/etc`], { encoding: 'utf8', env: environment });
  return /:.*:/.test(stdout) || /not supported/i.test(stderr);
}

/** Returns the label operations of a tree. If setfiles fails or is missing, the first boot of the image relabels all files. */
const inTree = (root: string): Labels => ({
  keep,
  set(path) {
    const rules = `${root}/etc/selinux/${policyOf(root)}/contexts/files/file_contexts`;
    if (succeeds('setfiles', ['-F', '-r', root, rules, `${root}${path}`])) return;
    if (!readFs.stat(root, '/.autorelabel')) files.writeFile(root, '/.autorelabel', '', { mode: 0o600 });
  },
});

/** Returns the name of the policy that a tree boots with ("targeted"); undefined if SELinux is disabled. */
function policyOf(root: string): string | undefined {
  const text = readFs.readText(root, '/etc/selinux/config') ?? '';
  const value = (key: string) => new RegExp(`^\\s*${key}=\\s*([\\w-]+)`, 'm').exec(text)?.[1];
  return /^(enforcing|permissive)$/.test(value('SELINUX') ?? '') ? (value('SELINUXTYPE') ?? 'targeted') : undefined;
}
