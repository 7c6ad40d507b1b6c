import type { ChangeOf } from '../../engine/change.ts';
import type { StateHandler } from '../../engine/handler.ts';
import type { Host } from '../../host/host.ts';

const file = '/etc/hostname';
const kernel = '/proc/sys/kernel/hostname';

/** Sets the hostname, now and for the next boot. Uses the kernel directly: D-Bus does not run this early. */
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
    // NetworkManager, networkd and dhclient keep the name in this file, whatever DHCP offers.
    if ((await host.readText(file))?.trim() !== name) await host.writeFile(file, `${name}\n`, { mode: 0o644 });
    if (!host.offline) await tellKernel(name, host);
  },
};

async function tellKernel(name: string, host: Host): Promise<void> {
  try {
    await host.writeFile(kernel, name);
  } catch {
    // In a container this file is often read-only while the system call is allowed.
    await host.run(['hostname', name]);
  }
}
