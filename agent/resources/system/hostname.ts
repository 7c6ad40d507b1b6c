import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { Host } from '../../host/host.ts';

const file = '/etc/hostname';
const kernel = '/proc/sys/kernel/hostname';

/** The name the kernel goes by, now and at the next boot. Asked of the kernel itself: no D-Bus runs this early. */
export const hostnameHandler: StateHandler<ChangeOf<'hostname'>> = {
  sort: 'state',
  subject: ({ name }) => name,

  async compare({ name }, host) {
    const before = await host.readText(file);
    if (before?.trim() !== name) {
      const now = before?.trim() || 'not set';
      return { why: `is ${now}`, will: `${now} -> ${name}`, file: { path: file, before, after: `${name}\n` } };
    }
    const now = host.offline ? name : (await host.readText(kernel))?.trim();
    return now === name ? undefined : { why: `is ${now} until the next boot`, will: `${now} -> ${name}` };
  },

  async apply({ name }, host) {
    // A name in this file is what NetworkManager, networkd and dhclient leave alone, whatever DHCP says.
    if ((await host.readText(file))?.trim() !== name) await host.writeFile(file, `${name}\n`, { mode: 0o644 });
    if (!host.offline) await tellKernel(name, host);
  },
};

async function tellKernel(name: string, host: Host): Promise<void> {
  try {
    await host.writeFile(kernel, name);
  } catch {
    // In a container this file is often read-only, and the system call allowed all the same.
    await host.run(['hostname', name]);
  }
}
