import type { Change } from '../change.ts';
import type { Image } from '../image/image.ts';

export const removes = (...globs: readonly string[]): Change => ({ kind: 'removed', globs });

/** systemd makes an id where it finds this word (since 247) or an empty file (before); without systemd dbus makes one. */
export function machineId(systemd: number): Change {
  const path = '/etc/machine-id';
  if (systemd === 0) return removes(path);
  return { kind: 'file', path, content: systemd >= 247 ? 'uninitialized\n' : '', mode: 0o444 };
}

/** Emptied and not deleted: a missing file is made again, and the empty one masks the rules that would make it. */
export const udevRules = ({ rules }: Image): Change[] =>
  rules.flatMap(({ path, is }): Change[] => {
    if (is === 'link') return [];
    const empty: Change = { kind: 'file', path, content: '' };
    return is === 'dangling' ? [removes(path), empty] : [empty];
  });

export const withoutSwap = ({ swapFiles }: Image): Change[] =>
  swapFiles.flatMap((path): Change[] => [
    { kind: 'removed-swap', path },
    { kind: 'without-lines', globs: ['/etc/fstab'], lines: `[ \\t]*${literal(path)}[ \\t]` },
  ]);

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
