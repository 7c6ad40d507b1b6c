import type { Change } from '../../engine/change.ts';
import { matchingPaths } from '../../host/glob.ts';
import type { ReadHost } from '../../host/host.ts';
import { bootEntries, entriesByMachineId } from '../boot-entries.ts';
import { isBefore, kernelsOf } from '../kernels.ts';
import { programPath } from '../services.ts';
import { sources } from '../source-links.ts';
import type { TreeCheck } from './check.ts';
import { hardwareChecks } from './hardware.ts';
import { labelChecks } from './labels.ts';

/** Checks of what an instance needs to boot, and to be observed while it boots. */
export const bootChecks: readonly TreeCheck[] = [
  {
    name: 'serial-console',
    severity: 'warning',
    why: 'The cloud shows what a machine says on its serial line; without it a boot that fails says nothing.',
    fix:
      'console=tty0 console=ttyS0,115200n8: "grubby --update-kernel=ALL --args=…" on EL8 and later, else in ' +
      '/etc/default/grub (GRUB_CMDLINE_LINUX), then grub2-mkconfig or update-grub.',
    source: sources.openstack,
    async inspect({ host }) {
      const entries = await bootEntries(host);
      if (entries.length === 0) return { notChecked: 'no boot menu in this tree' };
      return entries
        .filter(({ options }) => !/\bconsole=(?:tty(?:S|AMA|MSM|mxc)|hvc)\d/.test(options))
        .map(({ title, file }) => `"${title}" has no serial console (${file})`);
    },
  },
  {
    name: 'agent-switched-off',
    severity: 'error',
    why: 'With these words on the kernel’s command line the agent does not run on any instance.',
    fix: 'Take bootagent=off (or cloud-init=disabled, where cloud-init is the agent) out of the boot menu.',
    source: sources.bootagent,
    async inspect({ host }) {
      const words = (await programPath('bootagent', host)) ? /\bbootagent=off\b/ : /\bcloud-init=disabled\b/;
      const entries = (await bootEntries(host)).filter(({ options }) => words.test(options));
      return entries.map(({ title }) => `"${title}" switches the agent off`);
    },
  },
  {
    name: 'acpi-hotplug',
    severity: 'warning',
    why: 'Volumes cannot be attached to an instance whose kernel does not take new devices.',
    fix: 'A line "acpiphp" in /etc/modules (Debian, Ubuntu) or /etc/modules-load.d. "--fix" writes it.',
    source: sources.pouta,
    async inspect({ host }) {
      const kernels = await kernelsOf(host);
      if (kernels.length === 0) return { notChecked: 'no kernel in this tree' };
      if (await loadsHotplug(host)) return [];
      const without: string[] = [];
      for (const kernel of kernels) if (!(await hasHotplug(kernel, host))) without.push(kernel);
      return without.map((kernel) => `Linux ${kernel} does not load acpiphp`);
    },
    changes: async ({ sealing: { image } }): Promise<Change[]> => {
      const path = image.os.family === 'debian' ? '/etc/modules' : '/etc/modules-load.d/acpiphp.conf';
      return [{ kind: 'edit', path, edit: { syntax: 'lines', put: 'acpiphp' } }];
    },
  },
  {
    name: 'machine-id',
    severity: 'error',
    why: 'Machines with the same id get the same DHCP lease, and their journals cannot be distinguished.',
    fix: 'bootagent seal --only machine-id',
    source: sources.systemd,
    async inspect({ host, sealing: { image } }) {
      const found: string[] = [];
      for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
        if ((await host.stat(path))?.type !== 'file') continue;
        const id = (await host.readText(path))?.trim() ?? '';
        if (/^[0-9a-f]{32}$/.test(id)) found.push(`${path} holds an id`);
        // An empty file requests a new id, and so does "uninitialized" since systemd 247.
        else if (id !== '' && !(id === 'uninitialized' && image.systemd >= 247)) found.push(`${path} says "${id}"`);
      }
      return found;
    },
  },
  {
    name: 'boot-entry-names',
    severity: 'warning',
    why:
      'kernel-install finds entries by the machine-id in their names. It does not remove those of another id with their ' +
      'kernel, and GRUB sorts by name, so that an old kernel may stay the default after an update.',
    fix: 'Rename the files so that all begin with the same id (docs/seal.md, "Boot entries"), then set the default with "grubby --set-default".',
    source: sources.systemd,
    async inspect({ host }) {
      const id = (await host.readText('/etc/machine-id'))?.trim() ?? '';
      const byId = [...(await entriesByMachineId(host))];
      if (/^[0-9a-f]{32}$/.test(id)) {
        const others = byId.filter(([each]) => each !== id);
        return others.flatMap(([, files]) => files.map((path) => `${path} is named by another machine-id than ${id}`));
      }
      // A sealed image has no id. Two ids mean a kernel update after an earlier sealing.
      return byId.length > 1 ? [`The boot entries are named by ${byId.length} machine-ids`] : [];
    },
  },
  {
    name: 'rootfs-resize',
    severity: 'warning',
    why: 'linux-rootfs-resize made a second initramfs that no update of the kernel keeps up to date.',
    fix: 'Remove the files named and their boot entry; the agent grows the root file system itself.',
    source: sources.centos,
    async inspect({ host }) {
      const places = ['/root', '/opt', '/usr/src', '/usr/local/src', '/home/*'].map(
        (top) => `${top}/linux-rootfs-resize`,
      );
      const left = await matchingPaths(['/boot/vmlinuz-*-mod', '/boot/initr*-mod', ...places], host);
      return left.map((path) => `${path} is left over`);
    },
  },
  ...labelChecks,
  ...hardwareChecks,
];

async function loadsHotplug(host: ReadHost): Promise<boolean> {
  const lists = [
    '/etc/modules',
    '/etc/modules-load.d/*.conf',
    '/usr/lib/modules-load.d/*.conf',
    '/etc/sysconfig/modules/*',
  ];
  for (const file of await matchingPaths(lists, host)) {
    if (/^[^#]*\bacpiphp\b/m.test((await host.readText(file)) ?? '')) return true;
  }
  return false;
}

/**
 * Whether acpiphp is built in, by the kernel's own configuration. Since 3.11 it cannot be a module, so only a
 * configuration without it counts as "no".
 */
async function hasHotplug(kernel: string, host: ReadHost): Promise<boolean> {
  for (const folder of ['/lib/modules', '/usr/lib/modules']) {
    const builtin = await host.readText(`${folder}/${kernel}/modules.builtin`);
    if (/\/acpiphp\.ko/.test(builtin ?? '')) return true;
  }
  const config =
    (await host.readText(`/boot/config-${kernel}`)) ?? (await host.readText(`/usr/lib/modules/${kernel}/config`));
  if (config !== undefined) return /^CONFIG_HOTPLUG_PCI_ACPI=y/m.test(config);
  return !isBefore(kernel, 3, 11);
}
