import { defineModule } from '../agent/module.ts';
import { optional } from '../agent/userdata/decode.ts';
import { commandList, scriptItem } from './commands.ts';

const reads = { bootcmd: optional(commandList) };

/** Commands that run before all else, at each boot. */
export const bootcmd = defineModule({
  name: 'bootcmd',
  summary: 'Commands that run early, at each boot.',
  every: 'boot',
  reads,
  plan: ({ bootcmd }, context) => (bootcmd ? scriptItem('bootcmd', bootcmd, context) : []),
});
