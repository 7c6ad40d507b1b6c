import { mountAt, mountsIn } from '../host/mountinfo.ts';

/** A mount below the root that is not part of the image, and so is left unchanged. */
export interface ForeignMount {
  readonly path: string;
  /** The reason, for messages; left out for the kernel's own file systems. */
  readonly why?: string;
}

const ofDisks = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat', 'f2fs', 'jfs', 'reiserfs'];
const ofKernel = [
  'autofs',
  'binfmt_misc',
  'bpf',
  'cgroup',
  'cgroup2',
  'configfs',
  'debugfs',
  'devpts',
  'devtmpfs',
].concat(
  ['efivarfs', 'fusectl', 'hugetlbfs', 'mqueue', 'proc', 'pstore', 'rpc_pipefs', 'securityfs', 'selinuxfs', 'sysfs'],
  ['tmpfs', 'tracefs', 'ramfs'],
);

/**
 * Returns the mounts below a root that sealing must not enter: files of other machines, and folders of this machine
 * that are bind-mounted into an image during its build, such as a package cache.
 */
export function foreignMounts(mountinfo: string, root: string): ForeignMount[] {
  const base = root.replace(/\/+$/, '');
  const entries = mountsIn(mountinfo);
  const outside = entries.filter(({ target }) => base !== '' && target !== base && !target.startsWith(`${base}/`));
  const isElsewhere = (device: string) => outside.some((each) => each.device === device);
  return entries
    .filter(({ target }) => target.startsWith(`${base}/`) && target !== '/')
    .flatMap((entry) => {
      const path = entry.target.slice(base.length);
      if (ofKernel.includes(entry.type)) return [{ path }];
      if (!ofDisks.includes(entry.type)) return [{ path, why: `is on ${entry.type}` }];
      const isBound = entry.root !== '/' && entry.type !== 'btrfs';
      return isBound || isElsewhere(entry.device) ? [{ path, why: 'is bound from elsewhere' }] : [];
    });
}

/** Returns the device and source of the root mount: they differ between a process in a chroot and process 1. */
export function rootMount(mountinfo: string): string | undefined {
  const root = mountAt(mountinfo, '/');
  return root && `${root.device} ${root.root}`;
}
