import { suggestion } from '../agent/base/nearest.ts';
import type { Change, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { converted, matching, optional } from '../agent/userdata/schema/decode.ts';

const named = matching(/^[A-Za-z][\w+-]*(?:\/[A-Za-z][\w+-]*)*$/, 'a time zone such as Europe/Zurich');

/** The time zone database of the machine decides; Node's may be older, so an unknown zone is only a warning. */
const zone = converted(named, (name, tell) => {
  if (isKnown(name)) return name;
  tell.warning(`no time zone ${name} is known`, suggestion(name, Intl.supportedValuesOf('timeZone')));
  return name;
});

function isKnown(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false; // Intl throws for an unknown zone
  }
}

const reads = { timezone: optional(zone) };

/** The system's time zone. */
export const timezone = defineModule({
  name: 'timezone',
  summary: 'The time zone.',
  every: 'instance',
  reads,

  plan({ timezone: zone }, { facts }): readonly PlanItem[] {
    if (zone === undefined) return [];
    const debians: readonly Change[] =
      facts.os.family === 'debian' ? [{ kind: 'file', path: '/etc/timezone', content: `${zone}\n`, mode: 0o644 }] : [];
    return [{ at: 'timezone', changes: [{ kind: 'timezone', zone }, ...debians] }];
  },
});
