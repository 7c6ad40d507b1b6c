import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { flag, object, optional } from '../agent/userdata/schema/decode.ts';

/** Brought by the package, and off until it is asked for; systemd starts it at each boot, with or without an agent. */
const unit = 'bootagent-metadata-lock.service';

const reads = { metadata: optional(object({ lock: optional(flag) })) };

/** Keeps the metadata services, and with them user-data and credentials of the machine, from everybody but root. */
export const metadataLock = defineModule({
  name: 'metadata_lock',
  summary: 'After the boot only root reaches the metadata services of the link, over IPv4 and IPv6.',
  every: 'instance',
  reads,

  plan({ metadata }, { facts }): readonly PlanItem[] {
    const lock = metadata?.lock;
    if (lock === undefined) return [];
    const at = 'metadata.lock';
    if (facts.systemd === 0) {
      const text = 'there is no systemd here: the metadata services stay open to all users';
      return lock ? [{ at, changes: [], notes: [{ level: 'warning', text }] }] : [];
    }
    const boot = lock ? 'enabled' : 'disabled';
    return [
      {
        at,
        changes: [
          { kind: 'service', unit, boot },
          { kind: 'running', unit, is: lock ? 'started' : 'stopped' },
        ],
      },
    ];
  },
});
