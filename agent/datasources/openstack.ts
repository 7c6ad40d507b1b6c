import type { Platform } from '../facts/facts.ts';
import type { Datasource } from '../metadata/datasource.ts';
import { serviceFor } from '../metadata/endpoint.ts';
import { httpTree } from '../metadata/http-tree.ts';
import { linesAt } from '../metadata/tree.ts';
import { readOpenStack, versions } from './openstack-tree.ts';

const products = ['OpenStack Nova', 'OpenStack Compute'];
const chassis = [...products, 'OpenTelekomCloud', 'SAP CCloud VM', 'HUAWEICLOUD', 'Samsung Cloud Platform'];

/** The usual IPv4 address and, for guests without IPv4, the link-local address on each interface. */
const endpoints = ['http://169.254.169.254', 'http://[fe80::a9fe:a9fe%25*]'];

/** OpenStack's metadata service, used if there is no config drive. */
export const openstack: Datasource = {
  name: 'openstack',
  alias: 'OpenStack',
  needs: 'network',
  known: true,
  detect: async ({ platform }) => mark(platform),

  async fetch(ask) {
    const service = serviceFor(ask, endpoints);
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
