import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { duration, optional } from '../agent/userdata/schema/decode.ts';
import { commandList, scriptItem } from './commands/plan-commands.ts';

const reads = { bootcmd: optional(commandList), bootcmd_timeout: optional(duration) };

/** Commands that run early, at each boot. */
export const bootcmd = defineModule({
  name: 'bootcmd',
  summary: 'Commands that run early, at each boot.',
  every: 'boot',
  reads,
  plan: ({ bootcmd, bootcmd_timeout: timeoutMs }, context): readonly PlanItem[] =>
    bootcmd ? scriptItem('bootcmd', bootcmd, context, { timeoutMs }) : [],
});
