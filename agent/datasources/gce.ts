// Service: Compute Engine metadata server, https://cloud.google.com/compute/docs/metadata/overview
import type { Declaration } from './declaration.ts';
import { googleKeys } from './google-keys.ts';

export const gce: Declaration = {
  endpoints: ['http://169.254.169.254', 'http://[fd20:ce::254]'],
  headers: { 'Metadata-Flavor': 'Google' },
  answersWith: ['metadata-flavor', 'Google'],
  document: { path: '/computeMetadata/v1/?recursive=true&alt=json', format: 'json' },
  id: 'instance.id',
  // The full name is longer than the kernel allows.
  hostname: { at: 'instance.hostname', pick: /^[^.]+/ },
  zone: { at: 'instance.zone', pick: /[^/]+$/ },
  region: { at: 'instance.zone', pick: /([^/]+)-[^-/]+$/ },
  keys: async ({ ask, document }) => googleKeys(ask, document),
  userData: { at: 'instance.attributes.user-data', encodedAs: 'instance.attributes.user-data-encoding' },
};
