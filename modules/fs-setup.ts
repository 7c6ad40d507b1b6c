import type { ChangeOf, Note, PlanItem } from '../agent/engine/change.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import {
  converted,
  either,
  entries,
  flag,
  items,
  list,
  matching,
  object,
  optional,
  text,
} from '../agent/userdata/schema/decode.ts';
import { type DiskLayout, deviceAliases, diskLayout, noAliases, unaliased } from './storage/disk-layouts.ts';
import { deviceNamed, partitionOf } from './storage/named-devices.ts';

interface Wanted {
  readonly device: string;
  readonly filesystem: string;
  readonly label: string | undefined;
  readonly partition: string | undefined;
  readonly overwrite: boolean | undefined;
  readonly replace_fs: string | undefined;
  readonly extra_opts: readonly string[] | undefined;
  readonly cmd: readonly string[] | undefined;
}

const words = either(
  list(text),
  converted(text, (line) => line.split(/\s+/).filter(Boolean)),
  'words, or a list of them',
);

const reads = {
  fs_setup: optional(
    items(
      object<Wanted>({
        device: text,
        filesystem: matching(/^[a-z0-9.]+$/, 'a file system such as ext4 or xfs'),
        label: optional(text),
        partition: optional(matching(/^(?:auto|any|none|\d+)$/i, 'auto, any, none or a number')),
        overwrite: optional(flag),
        replace_fs: optional(text),
        extra_opts: optional(words),
        cmd: optional(words),
      }),
    ),
  ),
  disk_setup: optional(entries(diskLayout)),
  device_aliases: optional(deviceAliases),
};

/** Partitions on empty disks, and file systems on disks and partitions that have none. */
export const fsSetup = defineModule({
  name: 'fs-setup',
  summary: 'Partitions and file systems on extra disks, never over existing data unless `overwrite` is true.',
  every: 'instance',
  reads,

  plan({ fs_setup = [], disk_setup = [], device_aliases: aliases = noAliases }, context): readonly PlanItem[] {
    return [
      ...disk_setup.map(({ at, name, value }) => diskItem(at, aliases.get(name) ?? name, value, context)),
      ...fs_setup.map(({ at, value }) => itemOf(at, { ...value, ...unaliased(value.device, aliases) }, context)),
    ];
  },
});

function diskItem(at: string, name: string, { table, parts, overwrite }: DiskLayout, context: Context): PlanItem {
  if (parts === undefined) return { at, changes: [] };
  const device = deviceOf(name, undefined, context);
  if (device === undefined) {
    return { at, changes: [], notes: [{ level: 'warning', text: `${at}: there is no device for "${name}" here` }] };
  }
  return { at, changes: [{ kind: 'partitions', device, table, parts, ...(overwrite && { overwrite }) }] };
}

function itemOf(at: string, wanted: Wanted, context: Context): PlanItem {
  const { device: name, filesystem: type, label, overwrite, extra_opts: options, cmd, replace_fs } = wanted;
  const notes: Note[] = [];
  const warn = (text: string) => void notes.push({ level: 'warning', text: `${at}: ${text}` });
  if (cmd) {
    warn('a command of its own ("cmd") is not run; use "extra_opts", or runcmd');
    return { at, changes: [], notes };
  }
  if (replace_fs !== undefined) warn('"replace_fs" is not supported; set "overwrite" where the old file system may go');
  const device = deviceOf(name, wanted.partition, context);
  if (device === undefined) {
    warn(`there is no device for "${name}" here`);
    return { at, changes: [], notes };
  }
  const partition = wanted.partition?.toLowerCase();
  const change: ChangeOf<'filesystem'> = {
    kind: 'filesystem',
    device,
    type,
    ...(label !== undefined && { label }),
    ...((partition === 'auto' || partition === 'any') && { partition }),
    ...(overwrite && { overwrite }),
    ...(options && { options }),
  };
  return { at, changes: [change], ...(notes.length > 0 && { notes }) };
}

/** Returns the disk itself, or its partition with the given number. */
function deviceOf(name: string, partition: string | undefined, context: Context): string | undefined {
  const disk = deviceNamed(/^ephemeral\d+$/.test(name) ? `${name}.0` : name, context);
  return disk && partition !== undefined && /^\d+$/.test(partition) ? partitionOf(disk, partition) : disk;
}
