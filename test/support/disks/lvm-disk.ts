import { randomUUID } from 'node:crypto';
import { insist, type LoopDisk, loopDisk, run } from './loop-disk.ts';

/** A disk whose first partition is a physical volume with one logical volume: LVM metadata only, without device-mapper. */
export interface LvmDisk extends Pick<LoopDisk, 'path' | 'grow'>, Disposable {
  readonly group: string;
  /** The kernel's name of the volume, made of the ids of group and volume. */
  readonly mapped: string;
}

export function lvmDisk(table: string): LvmDisk {
  using made = new DisposableStack();
  const disk = made.use(loopDisk(2 ** 30, table));
  const group = `test-${randomUUID().slice(0, 8)}`;
  const only = [
    '--config',
    `devices { filter=["a|${disk.path}p.*|","r|.*|"] use_devicesfile=0 } backup { backup=0 archive=0 }`,
  ];
  const quiet = ['--driverloaded', 'n', ...only];
  run('pvcreate', '--yes', ...only, disk.part(1));
  run('vgcreate', '--yes', ...only, group, disk.part(1));
  made.defer(() => insist(() => run('vgremove', '--yes', ...quiet, group)));
  run('lvcreate', '-an', '-Zn', '-Wn', '-l', '90%VG', '-n', 'root', ...quiet, group);
  const ids = run('lvs', '--noheadings', '-o', 'vg_uuid,lv_uuid', ...quiet, group);
  const all = made.move();
  return {
    path: disk.path,
    grow: disk.grow,
    group,
    mapped: `LVM-${ids.replaceAll(/[\s-]/g, '')}`,
    [Symbol.dispose]: () => all.dispose(),
  };
}
