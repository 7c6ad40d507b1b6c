import { cloudDialects } from './clouds.ts';
import type { Description } from './description.ts';
import { nocloudFiles, openstackFiles, wakameValues } from './trees.ts';

/** One request to a service. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  /** The port of the client. */
  readonly from: number;
}

/** The response; a dialect returns undefined for a path it does not have. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Dialect = (instance: Description) => (asked: Asked) => Answer | undefined;

const ok = (body: string | undefined): Answer | undefined =>
  body === undefined ? undefined : { status: 200, headers: { 'content-type': 'text/plain' }, body };

/** EC2's tree without tokens, in the versions that OpenStack, CloudStack and others serve. */
const imdsv1: Dialect =
  (instance) =>
  ({ method, path }) => {
    const [, version, rest] = /^\/(latest|2009-04-04|2021-03-23)\/(.*)$/.exec(path) ?? [];
    return method === 'GET' && version !== undefined ? ok(ec2Leaf(instance, rest ?? '')) : undefined;
  };

/** EC2's tree with session tokens (IMDSv2), as Amazon serves it today. */
const imdsv2: Dialect = (instance) => {
  const tokens = new Map<string, number>();
  const tree = imdsv1(instance);
  return (asked) => {
    if (asked.path === '/latest/api/token' && asked.method === 'PUT') {
      const lifetime = Number(asked.headers['x-aws-ec2-metadata-token-ttl-seconds'] ?? 0);
      if (!(lifetime >= 1 && lifetime <= 21_600)) return { status: 400, body: '' };
      if (asked.headers['x-forwarded-for'] !== undefined) return { status: 403, body: '' };
      const token = `TOKEN-${tokens.size}==`;
      tokens.set(token, lifetime);
      return ok(token);
    }
    const brought = asked.headers['x-aws-ec2-metadata-token'];
    return tokens.has(String(brought)) ? tree(asked) : { status: 401, body: '' };
  };
};

/** No listing of keys, and no version except `latest`, as EC2's own test double answers. */
const unlisted: Dialect = (instance) => {
  const tree = imdsv1(instance);
  return (asked) => (/^\/2|\/public-keys\/?$/.test(asked.path) ? undefined : tree(asked));
};

function ec2Leaf(instance: Description, path: string): string | undefined {
  const names = Object.keys(instance.keys);
  const [, number, leaf] = /^meta-data\/public-keys\/(\d+)\/(.*)$/.exec(path) ?? [];
  if (number !== undefined) {
    const key = instance.keys[names[Number(number)] ?? ''];
    return key === undefined ? undefined : { '': 'openssh-key', 'openssh-key': `${key}\n` }[leaf ?? ''];
  }
  return {
    'meta-data/':
      'ami-id\nhostname\ninstance-id\nlocal-hostname\nlocal-ipv4\nmac\nplacement/\npublic-keys/\nsecurity-groups',
    'meta-data/ami-id': 'ami-1',
    'meta-data/instance-id': instance.id,
    'meta-data/hostname': instance.hostname,
    'meta-data/local-hostname': instance.hostname,
    'meta-data/local-ipv4': instance.address,
    'meta-data/mac': instance.mac,
    'meta-data/public-ipv4': '192.0.2.7',
    'meta-data/placement/': 'availability-zone',
    'meta-data/placement/availability-zone': instance.zone,
    'meta-data/public-keys/': names.map((name, index) => `${index}=${name}`).join('\n'),
    'meta-data/security-groups': 'default',
    'user-data': instance.userData,
  }[path];
}

/** OpenStack's own tree, in two of its versions. */
const openstack: Dialect =
  (instance) =>
  ({ path }) => {
    if (/^\/openstack\/?$/.test(path)) return ok('2012-08-10\n2018-08-27\n2099-01-01\nlatest');
    const [, file] = /^\/openstack\/(?:2018-08-27|latest)\/(.+)$/.exec(path) ?? [];
    const content = file === undefined ? undefined : openstackFiles(instance)[file];
    return ok(content);
  };

/** Wakame-vdc 11.06: values by name, including the user-data, and no listing. */
const wakameFlat: Dialect =
  (instance) =>
  ({ path }) => {
    if (path === '/') return ok('');
    const [, name] = /^\/(?:latest|\d{4}-\d\d-\d\d)\/meta-data\/([\w-]+)$/.exec(path) ?? [];
    return ok(wakameValues(instance)[name ?? '']);
  };

/** Wakame-vdc's later service: EC2's tree, in which a missing value is empty. */
const wakameEc2: Dialect =
  (instance) =>
  ({ path }) => {
    if (path === '/') return ok('latest\n2011-01-01');
    const [, leaf = ''] = /^\/(?:latest|2011-01-01)\/(.+)$/.exec(path) ?? [];
    if (leaf === '') return undefined;
    return ok(leaf === 'meta-data/placement/availability-zone' ? '' : (ec2Leaf(instance, leaf) ?? ''));
  };

/** The four files of a NoCloud seed. */
const nocloud: Dialect =
  (instance) =>
  ({ path }) =>
    ok(nocloudFiles(instance)[path.slice('/seed/'.length)]);

/** OpenNebula's OneGate, to which machines report that they are ready. */
const onegate: Dialect =
  () =>
  ({ method, path, headers, body }) => {
    if (path !== '/vm' || method !== 'PUT') return undefined;
    const known = headers['x-onegate-token'] === 'ONE-TOKEN' && headers['x-onegate-vmid'] === '4711';
    return { status: known && body === 'READY=YES' ? 200 : 401, body: '' };
  };

/** Every dialect that the simulator serves. */
export const dialects = {
  imdsv1,
  imdsv2,
  unlisted,
  openstack,
  wakameFlat,
  wakameEc2,
  nocloud,
  onegate,
  ...cloudDialects,
} as const satisfies Record<string, Dialect>;
