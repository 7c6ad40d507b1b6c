import type { Platform } from '../facts/facts.ts';
import type { Datasource, FetchContext } from '../metadata/datasource.ts';
import { placesFor, type Service, serviceAt } from '../metadata/endpoint.ts';
import { httpTree } from '../metadata/http-tree.ts';
import { linesAt } from '../metadata/tree.ts';
import { readOpenStack, versions } from './openstack-tree.ts';

const products = ['OpenStack Nova', 'OpenStack Compute'];
const chassis = [...products, 'OpenTelekomCloud', 'SAP CCloud VM', 'HUAWEICLOUD', 'Samsung Cloud Platform'];

/** OpenStack's metadata service, used if there is no config drive. */
export const openstack: Datasource = {
  name: 'openstack',
  alias: 'OpenStack',
  needs: 'network',
  known: true,
  detect: async ({ platform }) => mark(platform),

  async fetch(ask) {
    const service = serviceFor(ask);
    const listed = await linesAt(httpTree(ask, service, '/'), 'openstack');
    const version = versions.findLast((each) => listed?.includes(each)) ?? listed?.find((each) => each === 'latest');
    if (version === undefined) {
      ask.note('warning', `${service.where('/openstack')}: lists no version that is known here`);
      return undefined;
    }
    return readOpenStack(ask, httpTree(ask, service, `/openstack/${version}/`), 'openstack');
  },
};

const mark = (platform: Platform): string | undefined => {
  if (products.includes(platform.product)) return `DMI product is ${platform.product}`;
  return chassis.includes(platform.chassis) ? `DMI chassis is ${platform.chassis}` : undefined;
};

/** Returns the service at the usual IPv4 address and, for guests without IPv4, at its link-local address on each interface. */
function serviceFor(ask: FetchContext): Service {
  const named = placesFor(ask, []);
  if (named.length > 0) return serviceAt(ask, named);
  return serviceAt(ask, async () => {
    const interfaces = (await ask.host.list('/sys/class/net')).filter((name) => name !== 'lo');
    return ['http://169.254.169.254', ...interfaces.map((name) => `http://[fe80::a9fe:a9fe%25${name}]`)];
  });
}
