import type { Change, Note, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import type { Facts } from '../agent/facts/facts.ts';
import { oneOf, optional } from '../agent/userdata/schema/decode.ts';

type Mode = 'enforcing' | 'permissive' | 'disabled';

const reads = { selinux: optional(oneOf('enforcing', 'permissive', 'disabled')) };

/** SELinux: enforcing or permissive, now and at each boot. */
export const selinux = defineModule({
  name: 'selinux',
  summary: 'SELinux enforcing or permissive, now and at each boot.',
  every: 'instance',
  reads,

  plan({ selinux: asked }, { facts }): readonly PlanItem[] {
    if (!asked) return [];
    const isOff = facts.selinux === 'disabled';
    if (isOff && !facts.paths.includes('/etc/selinux/config')) {
      const text = 'there is no SELinux on this machine';
      return [{ at: 'selinux', changes: [], notes: [{ level: asked === 'enforcing' ? 'warning' : 'note', text }] }];
    }
    // SELinux is already off, by a kernel argument or by this file; any other value in the file would turn it on again.
    if (isOff && asked === 'disabled') return [{ at: 'selinux', changes: [] }];
    // Newer kernels ignore "disabled" in the file: writing it would leave SELinux partly active.
    const mode = asked === 'disabled' ? 'permissive' : asked;
    const config: Change = {
      kind: 'edit',
      path: '/etc/selinux/config',
      edit: { syntax: 'shell', set: { SELINUX: mode } },
    };
    const changes: readonly Change[] = [config, ...(isOff ? [] : [{ kind: 'selinux', mode } as const])];
    return [{ at: 'selinux', changes, notes: notes(asked, facts) }];
  },
});

function notes(wanted: Mode, { selinux }: Facts): readonly Note[] {
  if (wanted === 'disabled' && selinux !== 'disabled') {
    const text =
      'to disable SELinux takes the kernel argument selinux=0 and a restart (grubby --update-kernel=ALL --args=selinux=0); until then it is permissive';
    return [{ level: 'warning', text }];
  }
  if (wanted !== 'disabled' && selinux === 'disabled') {
    return [
      {
        level: 'warning',
        text: `SELinux is disabled in this kernel: ${wanted} applies after a restart at the earliest`,
      },
    ];
  }
  return [];
}
