import type { Change } from '../agent/change.ts';
import { defineModule } from '../agent/module.ts';
import { matching, optional } from '../agent/userdata/decode.ts';

const zone = matching(/^[A-Za-z][\w+-]*(?:\/[A-Za-z][\w+-]*)*$/, 'a time zone such as Europe/Zurich');

/** The zone that local time is told in. */
export const timezone = defineModule({
  name: 'timezone',
  summary: 'The zone that local time is told in.',
  every: 'instance',
  reads: { timezone: optional(zone) },

  plan({ timezone: zone }, { facts }) {
    if (zone === undefined) return [];
    const named: readonly Change[] =
      facts.os.family === 'debian' ? [{ kind: 'file', path: '/etc/timezone', content: `${zone}\n`, mode: 0o644 }] : [];
    return [{ at: 'timezone', changes: [{ kind: 'timezone', zone }, ...named] }];
  },
});
