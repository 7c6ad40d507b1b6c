import { shellQuoted } from '../base/shell-quote.ts';
import type { Invocation } from './command.ts';

/**
 * Returns a command as it would be typed, with all its options: advice without --root would seal this machine instead of the
 * tree.
 */
export function formatCommand(name: string, options: Invocation['options']): string {
  const words = Object.entries(options).flatMap(([option, value]) =>
    value === '' ? [`--${option}`] : [`--${option}`, forShell(value)],
  );
  return ['bootagent', name, ...words].join(' ');
}

const forShell = (word: string): string => (/^[\w./:,@%+=-]+$/.test(word) ? word : shellQuoted(word));
