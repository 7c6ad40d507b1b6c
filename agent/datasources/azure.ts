// Service: Azure Instance Metadata Service, https://learn.microsoft.com/en-us/azure/virtual-machines/instance-metadata-service
import { keyLines } from '../metadata/key-lines.ts';
import { asObject } from '../metadata/tree.ts';
import { readyReport } from './azure-ready.ts';
import type { Declaration, DocumentFields } from './declaration.ts';
import { fieldOf } from './declared-values.ts';
import { asList } from './network-fields.ts';

export const azure: Declaration = {
  endpoints: ['http://169.254.169.254'],
  headers: { Metadata: 'true' },
  document: { path: '/metadata/instance?api-version=2021-08-01', format: 'json' },
  id: 'compute.vmId',
  hostname: 'compute.osProfile.computerName',
  zone: 'compute.zone',
  region: 'compute.location',
  keys: async ({ document }) => ({
    lines: keyLines(asList(fieldOf(document, 'compute.publicKeys')).map((value) => asObject(value)?.keyData)),
  }),
  userData: { at: 'compute.userData', encoding: 'base64' },
  async complete(instance, { ask, document }) {
    // The provisioning disc has a file system (UDF) that is not read, so its custom data must not be lost unsaid.
    const volume = await ask.host.readBytes('/dev/sr0', { from: 32_768, length: 8_192 }).catch(() => undefined);
    if (volume && Buffer.from(volume).includes('NSR0'))
      ask.note('warning', 'custom data and passwords of the provisioning disc are not supported; use user data');
    const vendorData = [...instance.vendorData, new TextEncoder().encode(settingsOf(document))];
    return { ...instance, vendorData, ready: await readyReport(ask) };
  },
};

/** Returns the settings of the machine's creation: the default user has the name that was chosen there. */
function settingsOf(document: DocumentFields): string {
  const { adminUsername: name, disablePasswordAuthentication: keysOnly } =
    asObject(fieldOf(document, 'compute.osProfile')) ?? {};
  const user = typeof name === 'string' && name !== '' ? { system_info: { default_user: { name } } } : {};
  return `#cloud-config\n${JSON.stringify({ ...user, ...(String(keysOnly) === 'true' && { ssh_pwauth: false }) })}\n`;
}
