// Service: Akamai (Linode) Metadata API, https://techdocs.akamai.com/cloud-computing/docs/metadata-service-api
import { keyLines } from '../metadata/key-lines.ts';
import { asObject, jsonAt } from '../metadata/tree.ts';
import type { Declaration } from './declaration.ts';

export const akamai: Declaration = {
  endpoints: ['http://169.254.169.254', 'http://[fd00:a9fe:a9fe::1]'],
  token: { path: '/v1/token', headers: { 'Metadata-Token-Expiry-Seconds': '3600' }, carriedBy: 'Metadata-Token' },
  headers: (path) => (path === '/v1/user-data' ? {} : { Accept: 'application/json' }),
  document: { path: '/v1/instance', format: 'json' },
  id: 'id',
  hostname: 'label',
  region: 'region',
  async keys({ tree }) {
    const { root, ...others } = asObject((await jsonAt(tree, '/v1/ssh-keys'))?.users) ?? {};
    const byUser = Object.entries(others).map(([user, lines]) => [user, keyLines(lines)] as const);
    // The keys that are chosen when a Linode is created are listed under root.
    return { lines: keyLines(root), byUser: Object.fromEntries(byUser) };
  },
  userData: { at: '/v1/user-data', encoding: 'base64' },
};
