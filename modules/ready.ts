import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';

/** Reports to the cloud that the machine is ready, if the metadata requests it. */
export const ready = defineModule({
  name: 'ready',
  summary:
    'Reports to the cloud that this machine is ready, if its metadata requests it (OpenNebula: REPORT_READY; a password server: the password is set).',
  every: 'instance',
  reads: {},
  plan: (_settings, { instance }): readonly PlanItem[] =>
    instance.ready === undefined
      ? []
      : [
          {
            at: 'ready',
            changes: [
              {
                kind: 'request',
                tells: 'report to the cloud that this machine is ready',
                ...instance.ready,
                attempts: 3,
                pauseMs: 10_000,
                // The headers contain a token.
                secret: true,
              },
            ],
          },
        ],
});
