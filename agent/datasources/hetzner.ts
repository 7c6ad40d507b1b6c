// Service: Hetzner Cloud server metadata, https://docs.hetzner.cloud/reference/cloud#server-metadata
import type { Declaration } from './declaration.ts';
import { readNetworkConfig } from './network-config.ts';

export const hetzner: Declaration = {
  endpoints: ['http://169.254.169.254', 'http://[fe80::a9fe:a9fe%25*]'],
  document: { path: '/hetzner/v1/metadata', format: 'yaml' },
  id: 'instance-id',
  hostname: 'hostname',
  zone: 'availability-zone',
  region: 'region',
  keys: 'public-keys',
  // The service takes texts only: gzip is given in base64.
  userData: { at: '/hetzner/v1/userdata', encoding: 'maybe-base64' },
  vendorData: 'vendor_data',
  network: (document, facts) => readNetworkConfig(document['network-config'], facts),
};
