import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { optional, text } from '../agent/userdata/schema/decode.ts';

const reads = { final_message: optional(text) };

/** The message that is logged at the end of each boot. */
export const finalMessage = defineModule({
  name: 'final_message',
  summary: 'The last words of each boot; `$UPTIME`, `$TIMESTAMP`, `$VERSION` and `$DATASOURCE` are put in.',
  every: 'boot',
  reads,
  plan: ({ final_message: text }, { instance: { datasource } }): readonly PlanItem[] =>
    text ? [{ at: 'final_message', changes: [{ kind: 'message', text, datasource }] }] : [],
});
