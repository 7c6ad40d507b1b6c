import { keyOfEntry, mark, mountPoint } from '../agent/edits/fstab.ts';
import type { PlanItem } from '../agent/engine/change.ts';
import type { FstabEntry } from '../agent/engine/kinds/storage.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { converted, INVALID, type Item, items, list, optional, text } from '../agent/userdata/schema/decode.ts';
import { others } from './shared/lenient-fields.ts';
import { deviceAliases, noAliases, unaliased } from './storage/disk-layouts.ts';
import { deviceNamed, mappingOf, partitionOf } from './storage/named-devices.ts';

/** A field; undefined (null or missing) selects its default. */
type Field = string | undefined;

const fields = list(optional(text));

const entry = converted(fields, (all, tell) => {
  const fault = faultOf(all);
  if (fault === undefined) return all;
  tell.error(fault);
  return INVALID;
});

function faultOf([device, file, ...more]: readonly Field[]): string | undefined {
  if (device === undefined) return 'names no device';
  if (more.length > 4) return `expected at most 6 fields, got ${more.length + 2}`;
  // systemd makes no unit of such a mount point.
  if (file?.split('/').includes('..')) return `the mount point ${JSON.stringify(file)} has ".." in it`;
  return [device, file, ...more].some((field) => /[\0-\x1f\x7f]/.test(field ?? ''))
    ? 'a field has a line break or another control character in it'
    : undefined;
}

const reads = {
  device_aliases: others(optional(deviceAliases)),
  mounts: optional(items(entry)),
  mount_default_fields: optional(
    converted(fields, (all, tell) => {
      if (all.length === 6) return all;
      tell.error(`expected 6 fields, got ${all.length}`);
      return INVALID;
    }),
  ),
};

/** Default fields. With nofail, a missing device does not stop the boot. */
const usual: readonly Field[] = [undefined, undefined, 'auto', 'defaults,nofail', '0', '2'];

/** Entries of /etc/fstab, their mount points, and the mounts themselves. */
export const mounts = defineModule({
  name: 'mounts',
  summary: 'Entries of /etc/fstab, mounted and in use at once.',
  every: 'instance',
  reads,

  plan(
    { mounts: written = [], mount_default_fields: defaults = usual, device_aliases: aliases = noAliases },
    context,
  ): readonly PlanItem[] {
    const mounts = written.map(({ at, value: [device = '', ...rest] }) => ({
      at,
      value: [pathOf(unaliased(device, aliases)), ...rest],
    }));
    const asked = mounts.map((item) => read(item, defaults, context));
    const named = asked.flatMap(({ spec }) => (spec === undefined ? [] : [spec]));
    const all = withoutRepeated([...asked, ...ephemeral(named, mounts, defaults, context)]);
    const keys = all.flatMap(({ entry }) => (entry ? [keyOfEntry(entry)] : []));
    const tidy: PlanItem = {
      at: 'mounts',
      changes: [{ kind: 'edit', path: '/etc/fstab', edit: { syntax: 'fstab', keep: keys } }],
    };
    // A swap file may be on a mount of the same list.
    const swapsLast = [...all.filter((each) => !isSwap(each)), ...all.filter(isSwap)];
    return [tidy, ...swapsLast.map(itemOf)];
  },
});

/** The disk itself for partition 0, and for the words of `fs_setup`: auto, any and none. */
const pathOf = ({ device, partition }: ReturnType<typeof unaliased>): string =>
  partition !== undefined && /^[1-9]\d*$/.test(partition) ? partitionOf(device, partition) : device;

/** The result of one list entry: an fstab entry, a removal, or a note why there is neither. */
interface Asked {
  readonly at: string;
  readonly spec?: string;
  readonly entry?: FstabEntry;
  readonly isRemoval?: true;
  readonly note?: string;
}

const isSwap = ({ entry }: Asked): boolean => entry?.type === 'swap';

function read({ at, value }: Item<readonly Field[]>, defaults: readonly Field[], context: Context): Asked {
  const [name = '', file] = value;
  const spec = deviceNamed(name, context);
  if (spec === undefined) return { at, note: `${at}: there is no device for "${name}" here` };
  if (value.length > 1 && file === undefined) return { at, spec, isRemoval: true };
  const [, , type = 'auto', options = 'defaults', dump = '0', pass = '0'] = defaults.map((each, i) => value[i] ?? each);
  const target = file ?? defaults[1];
  if (target === undefined) return { at, spec, note: `${at}: "${name}" is to be mounted nowhere` };
  if (type !== 'swap' && !/^(?:\/|none$|swap$)/.test(target)) {
    return { at, spec, note: `${at}: the mount point ${JSON.stringify(target)} is not an absolute path` };
  }
  const marked = options.split(',').includes(mark) ? options : `${options},${mark}`;
  return { at, spec, entry: { spec, file: mountPoint(target), type, options: marked, dump, pass } };
}

/** Omits an entry whose mount point an earlier one has: fstab keeps one line for each, and systemd uses the first. */
function withoutRepeated(all: readonly Asked[]): readonly Asked[] {
  const first = new Map<string, string>();
  return all.map((asked) => {
    if (!asked.entry) return asked;
    const key = keyOfEntry(asked.entry);
    const earlier = first.get(key);
    first.set(key, earlier ?? asked.at);
    if (earlier === undefined) return asked;
    return { at: asked.at, note: `${asked.at}: ${key} is already used by ${earlier}; this entry is ignored` };
  });
}

/** Returns the default mount of the instance's ephemeral disk on /mnt, unless the list mentions the disk or /mnt. */
function ephemeral(
  named: readonly string[],
  mounts: readonly Item<readonly Field[]>[],
  defaults: readonly Field[],
  context: Context,
): readonly Asked[] {
  if (mounts.some(({ value: [name] }) => name === 'ephemeral0')) return [];
  const mapped = mappingOf(context.instance).has('ephemeral0');
  const spec = mapped ? deviceNamed('ephemeral0', context) : undefined;
  const nodes = context.facts.disks.flatMap((disk) => [disk, ...disk.partitions]);
  const disk = nodes.find(({ path }) => path === spec);
  if (spec === undefined || !disk || named.includes(spec)) return [];
  if (mounts.some(({ value: [, file] }) => mountPoint(file ?? '') === '/mnt')) return [];
  if (disk.filesystem === '') {
    const note = `mounts: ${spec} (ephemeral0) holds no file system and is left alone; "fs_setup" would make one`;
    return [{ at: 'mounts', spec, note }];
  }
  return [read({ at: 'mounts', value: ['ephemeral0', '/mnt', 'auto'] }, defaults, context)];
}

function itemOf({ at, spec, entry, isRemoval, note }: Asked): PlanItem {
  if (note !== undefined) return { at, changes: [], notes: [{ level: 'warning', text: note }] };
  if (isRemoval && spec !== undefined) {
    return { at, changes: [{ kind: 'edit', path: '/etc/fstab', edit: { syntax: 'fstab', drop: spec } }] };
  }
  return entry ? { at, changes: changesFor(entry) } : { at, changes: [] };
}

function changesFor(entry: FstabEntry): PlanItem['changes'] {
  const { spec: source, file: target, type, options } = entry;
  const words = options.split(',');
  const edit = { kind: 'edit', path: '/etc/fstab', edit: { syntax: 'fstab', put: entry } } as const;
  const reload = { kind: 'notify', what: 'daemon-reload', follows: edit } as const;
  if (words.includes('noauto')) return [edit, reload];
  // The agent runs swapon itself, and systemd creates a unit for each active swap, so no daemon-reload is needed before sshd.
  if (type === 'swap') return [edit, { kind: 'swap', path: source }];
  if (!target.startsWith('/')) return [edit, reload];
  return [
    { kind: 'directory', path: target },
    edit,
    reload,
    { kind: 'mounted', target, source, ...(words.includes('nofail') && { nofail: true }) },
  ];
}
