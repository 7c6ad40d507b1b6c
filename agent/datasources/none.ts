import { type Datasource, noInstance } from '../metadata/datasource.ts';

/** Nobody to ask: what `None` in a list means. The image's own settings are all there is. */
export const none: Datasource = {
  name: 'none',
  alias: 'None',
  needs: 'disk',
  known: true,
  detect: async () => undefined,
  fetch: async () => ({ ...noInstance, id: 'iid-datasource-none' }),
};
