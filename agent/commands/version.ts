import { exit } from '../base/exit-codes.ts';
import type { Work } from './command.ts';

export const run: Work['run'] = async ({ options }, { out, version }) => {
  out(options.format === 'json' ? `${JSON.stringify({ schema_version: 1, version })}\n` : `bootagent ${version}\n`);
  return exit.done;
};
