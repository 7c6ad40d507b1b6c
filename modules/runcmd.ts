import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { duration, oneOf, optional } from '../agent/userdata/schema/decode.ts';
import { outputField, outputOf } from './commands/output.ts';
import { commandList, scriptItem } from './commands/plan-commands.ts';

const reads = {
  runcmd: optional(commandList),
  runcmd_on_error: optional(oneOf('continue', 'stop')),
  /** Limit for the whole list; 0, the default, means no limit. */
  runcmd_timeout: optional(duration),
  on_interrupt: optional(oneOf('stop', 'resume', 'rerun')),
  ...outputField,
};

/** Commands that run last, once for each instance. */
export const runcmd = defineModule({
  name: 'runcmd',
  summary: 'Commands that run last, once for each instance, one by one in the same shell.',
  every: 'instance',
  reads,
  consults: ['output'],
  plan: (
    { runcmd, runcmd_on_error: onError, runcmd_timeout: timeoutMs, on_interrupt: onInterrupt, output },
    context,
  ): readonly PlanItem[] =>
    runcmd
      ? scriptItem('runcmd', runcmd, context, { onError, onInterrupt, timeoutMs, ...outputOf(output, 'final') })
      : [],
});
