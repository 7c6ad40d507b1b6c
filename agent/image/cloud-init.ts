import type { ReadHost } from '../host/host.ts';
import { startsAtBoot } from './services.ts';

/** Whether cloud-init would set this machine up as well. */
export async function cloudInitStarts(host: ReadHost): Promise<boolean> {
  if (await host.stat('/etc/cloud/cloud-init.disabled')) return false;
  return (await startsAtBoot('cloud-init', host)) || (await startsAtBoot('cloud-init-local', host));
}
