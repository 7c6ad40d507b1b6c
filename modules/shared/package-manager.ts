import type { ChangeOf } from '../../agent/engine/change.ts';
import type { Facts } from '../../agent/facts/facts.ts';

export type PackageManager = ChangeOf<'package-upkeep'>['manager'];

const callers: readonly (readonly [string, PackageManager])[] = [
  ['dnf', 'dnf'],
  ['yum', 'yum'],
  ['apt-get', 'apt'],
];

/** Selects the package manager. On Debian apt comes first even if dnf is installed, as a tool for building images. */
export function packageManagerOf({ os, programs }: Facts): PackageManager | undefined {
  const order = os.family === 'debian' ? callers.toReversed() : callers;
  return order.find(([program]) => programs.includes(program))?.[1];
}
