import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { flag, object, optional } from '../agent/userdata/schema/decode.ts';

/**
 * Installed by the package and disabled by default; once enabled, systemd starts it at each boot, with or without the agent.
 */
const unit = 'bootagent-metadata-lock.service';

const reads = { metadata: optional(object({ lock: optional(flag) })) };

/** Restricts the metadata services, which serve user-data and credentials of the machine, to root. */
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
