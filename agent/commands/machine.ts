import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { linux } from '../host/linux.ts';
import { Problem } from '../problem.ts';
import type { Invocation } from './command.ts';

/** The machine a command is about: this one, or the tree that --root names. */
export function machineOf({ options }: Invocation): Host {
  const root = resolve(options.root ?? '/');
  if (options.root !== undefined && !(existsSync(root) && statSync(root).isDirectory())) {
    throw new Problem('bad-input', `--root ${options.root}: there is no such folder`);
  }
  return linux({ root, offline: root !== '/' });
}

/** This machine, for what an image tree cannot tell: cores, memory, firmware. */
export const thisMachine = (): Host => linux({ root: '/', offline: false });
