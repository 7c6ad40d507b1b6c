import type { Platform } from '../facts/facts.ts';
import type { Datasource } from '../metadata/datasource.ts';
import { serviceFor } from '../metadata/endpoint.ts';
import { httpTree } from '../metadata/http-tree.ts';
import { sessionWith, type TokenExchange } from '../metadata/session.ts';
import { idAt, textAt } from '../metadata/tree.ts';
import { readTree } from './ec2-tree.ts';

const usual = ['http://169.254.169.254', 'http://[fd00:ec2::254]'];
const token: TokenExchange = {
  path: '/latest/api/token',
  headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' },
  carriedBy: 'x-aws-ec2-metadata-token',
};

/** Amazon EC2, and clouds with an EC2-compatible metadata service. */
export const ec2: Datasource = {
  name: 'ec2',
  alias: 'Ec2',
  needs: 'network',
  known: true,

  async detect({ platform }, host) {
    const hypervisor = (await host.readText('/sys/hypervisor/uuid'))?.trim().toLowerCase() ?? '';
    const xen = hypervisor.startsWith('ec2') ? `hypervisor uuid is ${hypervisor}` : undefined;
    return amazonMark(platform) ?? xen ?? likeness(platform);
  },

  async fetch(ask) {
    const amazon = amazonMark(ask.facts.platform) !== undefined;
    const service = serviceFor(ask, usual);
    const session = sessionWith(service, token);
    // Amazon's service always issues a token. From other services, a token is requested only after they answer 401.
    if (amazon) await session.renew();
    for (const version of amazon ? ['2021-03-23', 'latest'] : ['latest', '2009-04-04']) {
      const tree = httpTree(ask, service, `/${version}/`, session);
      const id = await idAt(tree, 'meta-data/instance-id');
      if (id === undefined) continue;
      // On other clouds a required token costs two extra requests; leaving out the zone keeps the total at seven at most.
      return readTree(ask, tree, id, { datasource: 'ec2', amazon, zone: amazon || !session.hasToken() });
    }
    ask.note('warning', `${service.where('/')}: answers, but knows no instance-id`);
    return undefined;
  },

  async value(ask, path) {
    const service = serviceFor(ask, usual);
    const session = sessionWith(service, token);
    if (amazonMark(ask.facts.platform) !== undefined) await session.renew();
    return textAt(httpTree(ask, service, '/latest/meta-data/', session), path);
  },
};

/** Returns how the firmware identifies Amazon EC2, or undefined. DMI reports the uuid in either byte order. */
export function amazonMark({ vendor, uuid }: Platform): string | undefined {
  if (vendor === 'Amazon EC2') return 'DMI vendor is Amazon EC2';
  return /^ec2|^[0-9a-f]{4}2[0-9a-f]ec/.test(uuid.toLowerCase()) ? `DMI uuid is ${uuid}` : undefined;
}

/** Returns how the firmware identifies another cloud with an EC2-compatible service, or undefined. */
function likeness({ vendor, product, serial, chassis }: Platform): string | undefined {
  if (/(?:^|\.)brightbox\.com$/.test(serial)) return `DMI serial is ${serial}`;
  if (chassis.endsWith('.zstack.io')) return `DMI chassis is ${chassis}`;
  if (['e24cloud', 'Tilaa'].includes(vendor)) return `DMI vendor is ${vendor}`;
  return vendor === '3DS Outscale' && product.startsWith('3DS Outscale VM') ? `DMI product is ${product}` : undefined;
}
