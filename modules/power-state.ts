import type { PlanItem, PowerChange } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import {
  converted,
  either,
  flag,
  integer,
  list,
  matching,
  object,
  oneOf,
  optional,
  text,
  withDefault,
} from '../agent/userdata/schema/decode.ts';

const delay = converted(matching(/^(?:now|\+?\d+)$/, 'now, or minutes such as +5'), (words) =>
  words === 'now' ? words : `+${Number(words)}`,
);

const command = either(list(text), text, 'true, false, or a command');

const settings = object({
  mode: oneOf('poweroff', 'reboot', 'halt'),
  delay: withDefault('now', delay),
  message: optional(text),
  // Accepted without effect: bootagent waits for the end of the run, however long that takes.
  timeout: withDefault(30, integer(0)),
  condition: withDefault<boolean | string | readonly string[]>(
    true,
    either(flag, command, 'true, false, or a command'),
  ),
});

const reads = { power_state: optional(settings) };

/** Powers off, halts or reboots the machine after its first boot. */
export const powerState = defineModule({
  name: 'power_state',
  summary: 'Turns the machine off or restarts it after its first boot.',
  every: 'instance',
  reads,

  plan({ power_state: asked }): readonly PlanItem[] {
    if (!asked || asked.condition === false) return [];
    const { mode, delay, message, condition } = asked;
    const argv =
      typeof condition === 'string' ? ['/bin/sh', '-c', condition] : condition === true ? undefined : condition;
    const change: PowerChange = {
      kind: 'power',
      mode,
      delay,
      ...(message !== undefined && { message }),
      ...(argv && { condition: argv }),
    };
    return [{ at: 'power_state', changes: [change] }];
  },
});
