// Service: Scaleway instance metadata, https://www.scaleway.com/en/docs/instances/how-to/use-cloud-init/
import { keyLines } from '../metadata/key-lines.ts';
import { asObject } from '../metadata/tree.ts';
import type { Declaration } from './declaration.ts';
import { asList } from './network-fields.ts';

const tagged = 'AUTHORIZED_KEY=';

export const scaleway: Declaration = {
  endpoints: ['http://169.254.42.42', 'http://[fd00:42::42]'],
  // User-data is given to root only.
  from: { lowPort: true },
  document: { path: '/conf?format=json', format: 'json' },
  id: 'id',
  hostname: 'hostname',
  zone: 'zone',
  region: { at: 'zone', pick: /^(.+)-\d+$/ },
  async keys({ document }) {
    const listed = asList(document.ssh_public_keys).map((value) => asObject(value)?.key);
    const tags = asList(document.tags)
      .map(String)
      .filter((tag) => tag.startsWith(tagged));
    // Tags contain no blanks.
    return { lines: keyLines([...listed, ...tags.map((tag) => tag.slice(tagged.length).replaceAll('_', ' '))]) };
  },
  userData: '/user_data/cloud-init',
  vendorData: '/vendor_data/cloud-init',
};
