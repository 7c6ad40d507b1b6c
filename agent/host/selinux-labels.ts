import { spawnSync } from 'node:child_process';
import * as files from './files.ts';
import { environment } from './processes.ts';
import * as readFs from './read-fs.ts';

/** How files get SELinux labels, on a machine that runs or in a tree. Nothing is started where there are none. */
export interface Labels {
  /** Gives a replacement the label of the old file, an administrator's own too; false where that has none. */
  keep(old: string, replacement: string): boolean;
  /** Gives what is new at a path the label that the policy has for it. */
  set(path: string, deep: boolean): void;
}

/** A file that was written from outside has no label; under a running policy it shows as `unlabeled_t`. */
const keepScript = `label=$(stat -L -c %C "$1" 2>/dev/null) || exit 1
case $label in '?' | *:unlabeled_t:*) exit 1 ;; esac
exec chcon "$label" "$2"`;

const succeeds = (program: string, words: readonly string[]): boolean =>
  spawnSync(program, words, { stdio: 'ignore', env: environment }).status === 0;

/** The child has other descriptors than we. */
const seenByAll = (path: string): string => path.replace('/proc/self/', `/proc/${process.pid}/`);

const keep = (old: string, replacement: string): boolean =>
  succeeds('sh', ['-c', keepScript, 'sh', seenByAll(old), seenByAll(replacement)]);

/** The labels of this machine, or of a tree whose files have them; undefined where there are none. */
export function selinuxLabels(root: string, offline: boolean): Labels | undefined {
  if (offline) return hasLabels(root) ? inTree(root) : undefined;
  if (readFs.stat('/', '/sys/fs/selinux/enforce') === undefined) return undefined;
  return { keep, set: (path, deep) => void succeeds('restorecon', [deep ? '-iFR' : '-iF', path]) };
}

/**
 * Whether a tree uses SELinux and was labelled: one that never was is relabelled as a whole by whoever makes it. Where the
 * file system shows no labels (guestmount's may not), they are taken to be there, and are lost with each file written.
 */
function hasLabels(root: string): boolean {
  if (!policyOf(root)) return false;
  const { stdout, stderr } = spawnSync('stat', ['-c', '%C', `${root}/etc`], { encoding: 'utf8', env: environment });
  return /:.*:/.test(stdout) || /not supported/i.test(stderr);
}

/** Without a policy or setfiles, the first boot of the image must label what is new. */
const inTree = (root: string): Labels => ({
  keep,
  set(path) {
    const rules = `${root}/etc/selinux/${policyOf(root)}/contexts/files/file_contexts`;
    if (succeeds('setfiles', ['-F', '-r', root, rules, `${root}${path}`])) return;
    if (!readFs.stat(root, '/.autorelabel')) files.writeFile(root, '/.autorelabel', '', { mode: 0o600 });
  },
});

/** The policy that a tree boots with: "targeted". */
function policyOf(root: string): string | undefined {
  const text = readFs.readText(root, '/etc/selinux/config') ?? '';
  const value = (key: string) => new RegExp(`^\\s*${key}=\\s*([\\w-]+)`, 'm').exec(text)?.[1];
  return /^(enforcing|permissive)$/.test(value('SELINUX') ?? '') ? (value('SELINUXTYPE') ?? 'targeted') : undefined;
}
