import type { Change } from '../../engine/change.ts';
import type { Image } from '../image.ts';

export const removes = (...globs: readonly string[]): Change => ({ kind: 'removed', globs });

/**
 * An empty file makes systemd make an id, and no more: at "uninitialized", or where there is no file, it would also
 * turn on again what was turned off in the image. Without systemd dbus makes one where there is none.
 */
export const machineId = (systemd: number): Change =>
  systemd === 0 ? removes('/etc/machine-id') : { kind: 'file', path: '/etc/machine-id', content: '', mode: 0o444 };

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
