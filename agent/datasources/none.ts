import { type Datasource, noInstance } from '../metadata/datasource.ts';

/** No datasource: `None` in `datasource_list`. Only the settings of the image are used. */
export const none: Datasource = {
  name: 'none',
  alias: 'None',
  needs: 'disk',
  known: true,
  detect: async () => undefined,
  fetch: async () => ({ ...noInstance, id: 'iid-datasource-none' }),
};
