import { Problem } from '../../base/problem.ts';
import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { ReadHost } from '../../host/host.ts';

const zones = '/usr/share/zoneinfo';

/** Sets the time zone of the system. */
export const timezoneHandler: StateHandler<ChangeOf<'timezone'>> = {
  sort: 'state',
  subject: ({ zone }) => zone,

  async compare({ zone }, host) {
    const target = await host.readLink('/etc/localtime');
    if (target?.endsWith(`/zoneinfo/${zone}`)) return undefined;
    await refuseUnknown(zone, host);
    const [, now] = /\/zoneinfo\/(.+)$/.exec(target ?? '') ?? [];
    return { why: now ? `is ${now} now` : 'is not set', will: `${now ?? 'not set'} -> ${zone}` };
  },

  async apply({ zone }, host) {
    await host.link('/etc/localtime', `..${zones}/${zone}`);
  },
};

/** Refuses an unknown zone already in the comparison, so that a preview reports what a run would. */
async function refuseUnknown(zone: string, host: ReadHost): Promise<void> {
  if (await host.stat(`${zones}/${zone}`)) return;
  throw new Problem('not-possible', `No time zone ${JSON.stringify(zone)} in ${zones}`, {
    hint: 'Names look like "Europe/Zurich"; the package tzdata holds them.',
  });
}
