import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';

/** Sets whether the kernel enforces the SELinux policy now. */
export const selinuxHandler: StateHandler<ChangeOf<'selinux'>> = {
  sort: 'state',
  needs: 'machine',
  subject: () => 'kernel',

  async compare({ mode }, host) {
    const now = (await host.readText('/sys/fs/selinux/enforce'))?.trim();
    if (now === undefined) return 'has no SELinux';
    if ((now === '1') === (mode === 'enforcing')) return undefined;
    const is = now === '1' ? 'enforcing' : 'permissive';
    return { why: `is ${is}`, will: `${is} -> ${mode}` };
  },

  async apply({ mode }, host) {
    await host.run(['setenforce', mode === 'enforcing' ? '1' : '0']);
  },
};
