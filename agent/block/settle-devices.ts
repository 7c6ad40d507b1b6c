import { asProblem } from '../base/problem.ts';
import type { Host } from '../host/host.ts';

/** Waits until udev has made the nodes and links of what changed; without udev the kernel has created the nodes already. */
export async function settleDevices(host: Host): Promise<void> {
  await host.run(['udevadm', 'settle', '--timeout=30'], { accept: [0, 1] }).catch((error) => {
    if (asProblem(error).code !== 'command-missing') throw error;
  });
}
