import { mapOf } from '../../base/map-of.ts';
import { matchingPaths } from '../../host/glob.ts';
import { fstab } from '../fstab.ts';
import { isBefore, kernelsOf } from '../kernels.ts';
import { programPath } from '../services.ts';
import { sources } from '../source-links.ts';
import type { TreeCheck } from './check.ts';

const growers = mapOf<readonly string[]>({
  ext2: ['resize2fs'],
  ext3: ['resize2fs'],
  ext4: ['resize2fs'],
  xfs: ['xfs_growfs'],
  btrfs: ['btrfs'],
});

/** Checks of what an instance needs to grow its root file system to the size of its disk. */
export const growthChecks: readonly TreeCheck[] = [
  {
    name: 'growth-tools',
    severity: 'error',
    why: 'A root file system that cannot grow leaves the rest of every larger disk unused.',
    fix: 'Install util-linux (sfdisk, partx), and e2fsprogs, xfsprogs or btrfs-progs, and lvm2 for a root on LVM.',
    source: sources.openstack,
    async inspect({ host }) {
      const root = (await fstab(host)).find(({ target }) => target === '/');
      const wanted = [
        ...((await programPath('growpart', host)) ? [] : ['sfdisk', 'partx']),
        ...(growers.get(root?.type ?? '') ?? []),
        ...(/^\/dev\/(?:mapper\/|[^/]+\/[^/]+$)/.test(root?.source ?? '') ? ['pvresize', 'lvextend'] : []),
      ];
      const missing: string[] = [];
      for (const name of wanted) if (!(await programPath(name, host))) missing.push(`${name} is not installed`);
      return missing;
    },
  },
  {
    name: 'growth-kernel',
    severity: 'warning',
    why: 'Kernels before 3.8 cannot grow a partition that is in use: it must be done before root is mounted.',
    fix: 'Install dracut-modules-growroot (EL6) or cloud-initramfs-growroot, and rebuild the initramfs.',
    source: sources.openstack,
    async inspect({ host }) {
      const kernels = await kernelsOf(host);
      if (kernels.length === 0) return { notChecked: 'no kernel in this tree' };
      const hooks = ['/usr/share/dracut/modules.d/*growroot*', '/usr/lib/dracut/modules.d/*growroot*'].concat([
        '/usr/share/initramfs-tools/scripts/local-bottom/growroot',
        '/boot/initr*-mod',
      ]);
      if ((await matchingPaths(hooks, host)).length > 0) return [];
      return kernels.filter((kernel) => isBefore(kernel, 3, 8)).map((kernel) => `Linux ${kernel} grows nothing in use`);
    },
  },
];
