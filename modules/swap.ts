import { formatBytes } from '../agent/base/format.ts';
import { imageModeMark, keptPath } from '../agent/base/image-mode.ts';
import type { Note, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import type { Facts } from '../agent/facts/facts.ts';
import { normalizedPath } from '../agent/userdata/schema/absolute-path.ts';
import {
  converted,
  INVALID,
  integer,
  matching,
  object,
  optional,
  size,
  withDefault,
  wordOr,
} from '../agent/userdata/schema/decode.ts';
import { mountOf, suggested } from './storage/advised-swap.ts';

const MiB = 2 ** 20;

interface Settings {
  readonly filename: string;
  readonly size: number | 'auto' | undefined;
  readonly maxsize: number | undefined;
  readonly per_core: number | undefined;
  readonly per_core_kb: number | undefined;
  readonly of_memory: number | undefined;
}

const share = converted(matching(/^\d{1,3}%$/, 'a share of the memory such as 50%'), (text) =>
  Number.parseInt(text, 10),
);

const all = object<Settings>({
  filename: withDefault('/swap.img', normalizedPath),
  size: optional(wordOr('auto', size)),
  maxsize: optional(size),
  per_core: optional(size),
  per_core_kb: optional(integer(0)),
  of_memory: optional(share),
});

const waysToSay = ['size', 'per_core', 'per_core_kb', 'of_memory'] as const;

const reads = {
  swap: optional(
    converted(all, (settings, tell) => {
      const said = waysToSay.filter((way) => settings[way] !== undefined);
      if (said.length <= 1) return settings;
      tell.error(`${said.join(' and ')} each give a size; keep one of them`);
      return INVALID;
    }),
  ),
};

/** A swap file with a fixed size, or sized by cores or memory, active now and at each boot. */
export const swap = defineModule({
  name: 'swap',
  summary: 'A swap file: by size, by core, or by memory.',
  every: 'boot',
  reads,

  plan({ swap }, { facts }): readonly PlanItem[] {
    if (!swap) return [];
    const { filename, maxsize } = swap;
    const path = facts.paths.includes(imageModeMark) ? keptPath(filename) : filename;
    const { bytes: wanted, advised, why } = sizeOf({ ...swap, filename: path }, facts);
    const bytes = advised ? wanted : Math.min(wanted, maxsize ?? Number.POSITIVE_INFINITY);
    if (swap.size === 0) return [];
    if (bytes < MiB) {
      return [{ at: 'swap', changes: [], notes: [{ level: 'warning', text: `swap: none is made, as ${why}` }] }];
    }
    const entry = { spec: path, file: 'none', type: 'swap', options: `sw,comment=bootagent`, dump: '0', pass: '0' };
    return [
      {
        at: 'swap',
        changes: [
          { kind: 'swap', path, bytes, ...(advised && { advised }) },
          { kind: 'edit', path: '/etc/fstab', edit: { syntax: 'fstab', put: entry } },
        ],
        notes: [
          { level: 'note', text: `swap: ${bytes} bytes (${formatBytes(bytes)}): ${why}` },
          ...(path === filename ? [] : [movedNote(path, filename)]),
        ],
      },
    ];
  },
});

const movedNote = (path: string, filename: string): Note => ({
  level: 'note',
  text: `swap: the file is ${path}, not ${filename}: this system is in image mode, and only /var and /etc can be written`,
});

interface Sized {
  readonly bytes: number;
  /** How the size was determined, for messages. */
  readonly why: string;
  readonly advised?: true;
}

function sizeOf({ filename, size, maxsize, per_core, per_core_kb, of_memory }: Settings, facts: Facts): Sized {
  const { cpus, memoryKiB } = facts;
  const cores = `${cpus} ${cpus === 1 ? 'core' : 'cores'}`;
  // Kilobytes of 1000 bytes, like the shell scripts of older images, which append "000" to the number.
  if (per_core_kb !== undefined) {
    return { bytes: cpus * per_core_kb * 1000, why: `${cores} x ${per_core_kb} kB of 1000 bytes` };
  }
  if (per_core !== undefined) return { bytes: cpus * per_core, why: `${cores} x ${formatBytes(per_core)}` };
  if (of_memory !== undefined) {
    // Rounded to 64 MiB: the total memory varies by some megabytes between kernels, and must not resize the file at each
    // update.
    const bytes = Math.floor((memoryKiB * 1024 * of_memory) / 100 / (64 * MiB)) * 64 * MiB;
    return { bytes, why: `${of_memory}% of ${formatBytes(memoryKiB * 1024)} of memory` };
  }
  if (typeof size === 'number') return { bytes: size, why: 'as configured' };
  const free = mountOf(filename, facts.mounts)?.freeBytes ?? 0;
  const bytes = suggested(memoryKiB * 1024, free, maxsize);
  return { bytes, advised: true, why: `by ${formatBytes(memoryKiB * 1024)} of memory and ${formatBytes(free)} free` };
}
