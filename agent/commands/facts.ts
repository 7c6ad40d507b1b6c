import { exit } from '../base/exit-codes.ts';
import { findDrives } from '../block/drives.ts';
import { gatherFacts } from '../facts/gather.ts';
import { memory } from '../facts/memory.ts';
import { thisMachine } from '../host/linux.ts';
import type { Work } from './command.ts';
import { machineOf } from './machine.ts';

export const run: Work['run'] = async (given, { out }) => {
  const facts = await gatherFacts(thisMachine(), machineOf(given));
  const labels = (await findDrives(thisMachine())).map(({ path, volume }) => ({ path, labels: volume.labels }));
  out(`${JSON.stringify({ schema_version: 1, facts, labels, memory: await memory() }, undefined, 2)}\n`);
  return exit.done;
};
