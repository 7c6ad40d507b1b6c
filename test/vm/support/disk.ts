import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { overlay } from '../../machine/support/overlay.ts';
import { installPackage, installProbe } from '../../machine/support/probe.ts';
import { run } from '../../machine/support/scratch.ts';
import { packageFile, type Release, tree, withKernel } from '../../machine/support/trees.ts';

export interface DiskOptions {
  readonly release?: Release;
  /** A root file system on a partition, or on a logical volume that fills one; or a disk with a bootloader. */
  readonly layout?: 'partition' | 'lvm' | 'bootable';
  readonly extra?: readonly string[];
  readonly probe?: Readonly<Record<string, string>> | 'none';
  /** Changes the tree before the disk is made from it. */
  readonly prepare?: (root: string) => Promise<void>;
  /** Without the package: for a machine with another agent, or with none. */
  readonly bare?: boolean;
}

export interface Disk {
  readonly file: string;
  /** A kernel and initrd that boot the machine's root directly, or the firmware that finds a bootloader on the disk. */
  readonly start: Start;
}

export type Start = 'bios' | 'uefi' | { readonly kernel: string; readonly initrd: string; readonly root: string };

const MiB = 2 ** 20;
/** The size of the image as uploaded, and of the disk that a flavour provides. */
const imageBytes = 1500 * MiB;
export const diskBytes = 5 * 2 ** 30;

/** Makes a disk of the size that a cloud provides, with a smaller image on it. */
export async function makeDisk(folder: string, options: DiskOptions = {}): Promise<Disk> {
  const { release = 'bookworm', layout = 'partition' } = options;
  const lower = await tree(release, [...withKernel, ...(options.extra ?? [])]);
  const file = join(folder, 'disk.raw');
  await using laid = await overlay(lower);
  const { root } = laid;
  if (options.bare !== true) await installPackage(root, packageFile());
  if (options.probe !== 'none') await installProbe(root, options.probe);
  await writeFile(join(root, 'etc/fstab'), 'LABEL=root / ext4 defaults,errors=remount-ro 0 1\n');
  await options.prepare?.(root);
  await run('truncate', ['-s', String(imageBytes), file]);
  await makers[layout](file, root, folder);
  await run('truncate', ['-s', String(diskBytes), file]);
  if (layout === 'bootable') return { file, start: 'bios' };
  const [kernel, initrd] = [await only(lower, 'vmlinuz-'), await only(lower, 'initrd.img-')];
  return { file, start: { kernel, initrd, root: layout === 'lvm' ? '/dev/mapper/system-root' : '/dev/vda1' } };
}

/** Makes the disk that a cloud would make from an external image, larger than the image. */
export async function diskOf(image: string, folder: string, firmware: 'bios' | 'uefi'): Promise<Disk> {
  const file = join(folder, 'disk.raw');
  await run('qemu-img', ['convert', '-O', 'raw', image, file]);
  const { size } = await stat(file);
  await run('truncate', ['-s', String(size + 2 ** 31), file]);
  return { file, start: firmware };
}

const makers = { partition: partitionRoot, lvm: lvmRoot, bootable: bootableRoot } as const;

/** Installs GRUB in the gap before the first partition of an MBR, without a block device. */
async function bootableRoot(file: string, root: string, folder: string): Promise<void> {
  const version = (await only(root, 'vmlinuz-')).replace(/^.*vmlinuz-/, '');
  const menu = [
    `linux /boot/vmlinuz-${version} root=LABEL=root ro console=ttyS0 systemd.show_status=no`,
    `initrd /boot/initrd.img-${version}`,
    'boot',
    '',
  ];
  await mkdir(join(root, 'boot/grub'), { recursive: true });
  await writeFile(join(root, 'boot/grub/grub.cfg'), menu.join('\n'));
  await partitioned(file, 'linux', 'dos');
  await ext4(file, MiB, imageBytes - 2 * MiB, root);
  const core = join(folder, 'core.img');
  const parts = ['biosdisk', 'part_msdos', 'ext2', 'normal', 'linux'];
  await run('grub-mkimage', ['-O', 'i386-pc', '-p', '(hd0,msdos1)/boot/grub', '-o', core, ...parts]);
  // GRUB's first sector loads the next one, which contains the number of sectors that follow.
  const onto = (from: string, ...more: readonly string[]) =>
    run('dd', ['status=none', 'conv=notrunc', `if=${from}`, `of=${file}`, ...more]);
  await onto('/usr/lib/grub/i386-pc/boot.img', 'bs=440', 'count=1');
  await onto(core, 'bs=512', 'seek=1');
}

async function partitionRoot(file: string, root: string): Promise<void> {
  await partitioned(file, 'linux');
  await ext4(file, MiB, imageBytes - 2 * MiB, root);
}

/**
 * The volume is created as LVM metadata without the kernel's device-mapper, which may be missing; its content is written at its
 * final offset.
 */
async function lvmRoot(file: string, root: string, folder: string): Promise<void> {
  await partitioned(file, 'lvm');
  const device = (
    await run('losetup', [
      '--find',
      '--show',
      '--offset',
      String(MiB),
      '--sizelimit',
      String(imageBytes - 2 * MiB),
      file,
    ])
  ).trim();
  try {
    const only = [
      '--config',
      `devices { filter=["a|${device}|","r|.*|"] use_devicesfile=0 } backup { backup=0 archive=0 } global { locking_dir="${folder}" }`,
    ];
    await run('pvcreate', ['--yes', '--dataalignment', '1m', ...only, device]);
    await run('vgcreate', ['--yes', ...only, 'system', device]);
    await run('lvcreate', ['--driverloaded', 'n', '-an', '-Zn', '-Wn', '-l', '90%VG', '-n', 'root', ...only, 'system']);
    const told = await run('lvs', [
      '--driverloaded',
      'n',
      '--noheadings',
      '--nosuffix',
      '--units',
      'b',
      '-o',
      'lv_size',
      ...only,
      'system/root',
    ]);
    const start = (
      await run('pvs', [
        '--driverloaded',
        'n',
        '--noheadings',
        '--nosuffix',
        '--units',
        'b',
        '-o',
        'pe_start',
        ...only,
        device,
      ])
    ).trim();
    await ext4(file, MiB + Number(start), Number(told.trim()), root);
  } finally {
    await run('losetup', ['--detach', device]);
  }
}

const partitioned = (file: string, type: string, label: 'gpt' | 'dos' = 'gpt') =>
  run('sh', [
    '-c',
    `printf 'label: ${label}\\nstart=2048, size=${imageBytes / 512 - 4096}, type=${type}\\n' | sfdisk --quiet "$0"`,
    file,
  ]);

const ext4 = (file: string, offset: number, bytes: number, root: string) =>
  run('mkfs.ext4', [
    '-q',
    '-F',
    '-d',
    root,
    '-L',
    'root',
    '-E',
    `offset=${offset}`,
    file,
    `${Math.floor(bytes / 1024)}k`,
  ]);

async function only(root: string, prefix: string): Promise<string> {
  return (await run('sh', ['-c', `ls "$0"/boot/${prefix}*`, root])).trim();
}
