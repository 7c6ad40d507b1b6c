import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '../base/problem.ts';
import type { Host } from '../host/host.ts';
import { linux } from '../host/linux.ts';
import type { Invocation } from './command.ts';

/** Returns the machine that a command works on: this one, or the image tree that --root names. */
export function machineOf({ options }: Invocation): Host {
  const root = resolve(options.root ?? '/');
  if (options.root !== undefined) folder('--root', options.root);
  return linux({ root, offline: root !== '/' });
}

/** Throws unless the path on the command line is a directory. */
export function folder(option: string, path: string): void {
  if (!existsSync(path)) throw new Problem('bad-input', `${option} ${path}: no such directory`);
  if (!statSync(path).isDirectory()) throw new Problem('bad-input', `${option} ${path}: is not a directory`);
}
