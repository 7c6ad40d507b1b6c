import type { Change } from '../../engine/change.ts';
import type { Image } from '../image.ts';

export const removes = (...globs: readonly string[]): Change => ({ kind: 'removed', globs });

/**
 * Returns the change that resets the machine-id. An empty file makes systemd only create an id: with "uninitialized",
 * or without a file, it would also enable again what is disabled in the image. Without systemd, dbus creates a missing id.
 */
export const machineId = (systemd: number): Change =>
  systemd === 0 ? removes('/etc/machine-id') : { kind: 'file', path: '/etc/machine-id', content: '', mode: 0o444 };

/** Empties the files instead of removing them: a missing file is created again, an empty one masks the generator's rules. */
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
