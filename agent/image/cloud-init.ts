import type { ReadHost } from '../host/host.ts';
import { startsAtBoot } from './services.ts';

/** Whether cloud-init starts at boot, and so would configure this machine as well. */
export async function cloudInitStarts(host: ReadHost): Promise<boolean> {
  if (await host.stat('/etc/cloud/cloud-init.disabled')) return false;
  return (await startsAtBoot('cloud-init', host)) || (await startsAtBoot('cloud-init-local', host));
}
