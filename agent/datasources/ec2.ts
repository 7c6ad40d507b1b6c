import { Problem } from '../base/problem.ts';
import type { Platform } from '../facts/facts.ts';
import type { Datasource } from '../metadata/datasource.ts';
import { placesFor, type Service, serviceAt } from '../metadata/endpoint.ts';
import { httpTree, leadsElsewhere } from '../metadata/http-tree.ts';
import { badMetadata, idAt, notText, textAt, utf8 } from '../metadata/tree.ts';
import { readTree } from './ec2-tree.ts';

const usual = ['http://169.254.169.254', 'http://[fd00:ec2::254]'];
const tokenPath = '/latest/api/token';
const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' };

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
    const service = serviceAt(ask, placesFor(ask, usual));
    const session = sessionWith(service);
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
    const service = serviceAt(ask, placesFor(ask, usual));
    const session = sessionWith(service);
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

interface Session {
  headers(): Readonly<Record<string, string>>;
  renew(): Promise<void>;
  hasToken(): boolean;
}

/** Holds the IMDSv2 token; `renew` fetches a new one when it has expired. */
function sessionWith(service: Service): Session {
  let token: string | undefined;
  return {
    hasToken: () => token !== undefined,
    headers: () => (token === undefined ? {} : { 'x-aws-ec2-metadata-token': token }),
    renew: async () => {
      const request = { method: 'PUT', path: tokenPath, headers: lifetime } as const;
      const { status, body } = await service.ask(
        request,
        (answer) => leadsElsewhere(answer) ?? (answer.status === 200 ? notToken(answer.body) : undefined),
      );
      if (status === 403) throw turnedOff(service.where(tokenPath));
      if (status !== 200) throw badMetadata(`PUT ${service.where(tokenPath)}`, `answered ${status} instead of a token`);
      token = utf8(body).trim();
    },
  };
}

/** Returns what is wrong with a token, or undefined: it must be one printable word, not a web page of a proxy. */
const notToken = (body: Uint8Array): string | undefined =>
  notText(body) ?? (/^[\x21-\x7e]{1,512}$/.test(utf8(body).trim()) ? undefined : 'no token');

const turnedOff = (where: string): Problem =>
  new Problem('not-possible', `PUT ${where}: answered 403`, {
    hint: 'The metadata service is turned off for this instance; turn it on in the settings of the instance.',
  });
