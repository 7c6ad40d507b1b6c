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

/** Amazon EC2, and every cloud that answers in its words. */
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
    // Amazon's service must give a token; another one is asked for it only when it refuses to answer without.
    if (amazon) await session.renew();
    for (const version of amazon ? ['2021-03-23', 'latest'] : ['latest', '2009-04-04']) {
      const tree = httpTree(ask, service, `/${version}/`, session);
      const id = await idAt(tree, 'meta-data/instance-id');
      if (id === undefined) continue;
      // Elsewhere a service that insists on a token has cost two requests more: seven are enough for anybody.
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

/** What firmware that is Amazon's says. The uuid is told in either order of bytes. */
export function amazonMark({ vendor, uuid }: Platform): string | undefined {
  if (vendor === 'Amazon EC2') return 'DMI vendor is Amazon EC2';
  return /^ec2|^[0-9a-f]{4}2[0-9a-f]ec/.test(uuid.toLowerCase()) ? `DMI uuid is ${uuid}` : undefined;
}

/** Clouds that are not Amazon's and are known to answer in its words. */
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

/** Keeps the token of IMDSv2, which expires and is then fetched again. */
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

/** A token is one printable word; a page from whoever else answers is none. */
const notToken = (body: Uint8Array): string | undefined =>
  notText(body) ?? (/^[\x21-\x7e]{1,512}$/.test(utf8(body).trim()) ? undefined : 'no token');

const turnedOff = (where: string): Problem =>
  new Problem('not-possible', `PUT ${where}: answered 403`, {
    hint: 'The metadata service is turned off for this instance; turn it on in the settings of the instance.',
  });
