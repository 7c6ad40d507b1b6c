// Service: Oracle Cloud instance metadata, https://docs.oracle.com/en-us/iaas/Content/Compute/Tasks/gettingmetadata.htm
import type { Declaration } from './declaration.ts';

export const oracle: Declaration = {
  endpoints: ['http://169.254.169.254', 'http://[fd00:c1::a9fe:a9fe]'],
  headers: { Authorization: 'Bearer Oracle' },
  document: { path: '/opc/v2/instance/', format: 'json' },
  id: 'id',
  hostname: 'hostname',
  zone: 'ociAdName',
  region: 'canonicalRegionName',
  keys: 'metadata.ssh_authorized_keys',
  userData: { at: 'metadata.user_data', encoding: 'base64' },
};
