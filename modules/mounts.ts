import { keyOfEntry, mark } from '../agent/edits/fstab.ts';
import type { PlanItem } from '../agent/engine/change.ts';
import type { FstabEntry } from '../agent/engine/kinds/storage.ts';
import { type Context, defineModule } from '../agent/engine/module.ts';
import { converted, INVALID, type Item, items, list, optional, silent, text } from '../agent/userdata/schema/decode.ts';
import { deviceAliases, unaliased } from './storage/disk-layouts.ts';
import { deviceNamed, mappingOf } from './storage/named-devices.ts';

/** A field; undefined (null or missing) selects its default. */
type Field = string | undefined;

const fields = list(optional(text));

const entry = converted(fields, (all, tell) => {
  if (all[0] !== undefined && all.length <= 6) return all;
  tell.error(all[0] === undefined ? 'names no device' : `expected at most 6 fields, got ${all.length}`);
  return INVALID;
});

const reads = {
  device_aliases: optional(silent(deviceAliases)),
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
    { mounts: written = [], mount_default_fields: defaults = usual, device_aliases = [] },
    context,
  ): readonly PlanItem[] {
    const aliases = new Map(device_aliases.map(({ name, value }) => [name, value]));
    const mounts = written.map(({ at, value: [device = '', ...rest] }) => ({
      at,
      value: [partitionPath(unaliased(device, aliases)), ...rest],
    }));
    const asked = mounts.map((item) => read(item, defaults, context));
    const named = asked.flatMap(({ spec }) => (spec === undefined ? [] : [spec]));
    const all = [...asked, ...ephemeral(named, mounts, defaults, context)];
    const keys = all.flatMap(({ entry }) => (entry ? [keyOfEntry(entry)] : []));
    const tidy: PlanItem = {
      at: 'mounts',
      changes: [{ kind: 'edit', path: '/etc/fstab', edit: { syntax: 'fstab', keep: keys } }],
    };
    // A swap file may be on a mount of the same list.
    const [swaps, others] = [all.filter(isSwap), all.filter((each) => !isSwap(each))];
    return [tidy, ...[...others, ...swaps].map(itemOf)];
  },
});

const partitionPath = ({ device, partition }: ReturnType<typeof unaliased>): string =>
  partition === undefined ? device : `${device}${/\d$/.test(device) ? 'p' : ''}${partition}`;

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
  const marked = options.split(',').includes(mark) ? options : `${options},${mark}`;
  return { at, spec, entry: { spec, file: target, type, options: marked, dump, pass } };
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
  if (mounts.some(({ value: [, file] }) => file === '/mnt')) return [];
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
