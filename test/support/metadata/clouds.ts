import type { Description } from './description.ts';
import type { Answer, Asked, Dialect } from './dialects.ts';

const ok = (body: string | undefined): Answer | undefined =>
  body === undefined ? undefined : { status: 200, headers: { 'content-type': 'text/plain' }, body };

const json = (value: unknown): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const keysOf = ({ keys }: Description): string[] => Object.values(keys);

/** Hetzner Cloud: one YAML document, in which the id is a number where it looks like one; an empty answer for no user-data. */
const hetzner: Dialect = (instance) => {
  const network = {
    version: 1,
    config: [
      {
        mac_address: instance.mac,
        name: 'eth0',
        type: 'physical',
        subnets: [
          { ipv4: true, type: 'dhcp', dns_nameservers: ['192.0.2.53'] },
          { ipv6: true, address: '2001:db8:1::1/64', gateway: 'fe80::1', dns_nameservers: ['2001:db8::53'] },
        ],
      },
    ],
  };
  const metadata = [
    `availability-zone: ${instance.zone}`,
    `hostname: ${instance.hostname}`,
    `instance-id: ${instance.id}`,
    `local-ipv4: ''`,
    // JSON is YAML.
    `network-config: ${JSON.stringify(network)}`,
    `public-ipv4: ${instance.address}`,
    `public-keys: ${JSON.stringify(keysOf(instance))}`,
    'region: eu-central',
    `vendor_data: ${JSON.stringify(instance.vendorData ?? '')}`,
    '',
  ].join('\n');
  return ({ path }) => {
    if (path === '/hetzner/v1/metadata') return ok(metadata);
    if (path !== '/hetzner/v1/userdata') return undefined;
    return instance.userData === undefined ? { status: 204, body: '' } : ok(instance.userData);
  };
};

/** DigitalOcean: one JSON document; the id is a number. */
const digitalocean: Dialect =
  (instance) =>
  ({ path }) =>
    path !== '/metadata/v1.json'
      ? undefined
      : json({
          droplet_id: numberOr(instance.id),
          hostname: instance.hostname,
          vendor_data: instance.vendorData ?? '',
          user_data: instance.userData,
          public_keys: keysOf(instance),
          auth_key: 'AUTH-KEY',
          region: 'nyc3',
          interfaces: {
            private: [
              {
                ipv4: { ip_address: '10.132.6.205', netmask: '255.255.0.0', gateway: '10.132.0.1' },
                mac: '02:00:00:00:00:02',
                type: 'private',
              },
            ],
            public: [
              {
                ipv4: { ip_address: '192.0.2.20', netmask: '255.255.255.0', gateway: '192.0.2.1' },
                ipv6: { ip_address: '2001:db8::20', cidr: 64, gateway: '2001:db8::1' },
                anchor_ipv4: { ip_address: '10.17.0.5', netmask: '255.255.0.0', gateway: '10.17.0.1' },
                mac: instance.mac,
                type: 'public',
              },
            ],
          },
          floating_ip: { ipv4: { active: false } },
          dns: { nameservers: ['192.0.2.53', '2001:db8::53'] },
          tags: null,
        });

/** Vultr: one JSON document; an empty list stands for no user-data. The vendor-data needs a header. */
const vultr: Dialect =
  (instance) =>
  ({ path, headers }) =>
    path !== '/v1.json'
      ? undefined
      : json({
          hostname: instance.hostname,
          'instance-v2-id': instance.id,
          instanceid: '42506325',
          interfaces: [
            {
              ipv4: { additional: [], address: instance.address, gateway: '192.0.2.1', netmask: '255.255.255.0' },
              ipv6: { additional: [], address: '2001:db8::7', network: '2001:db8::', prefix: '64' },
              mac: instance.mac,
              'network-type': 'public',
            },
            {
              ipv4: { additional: [], address: '10.1.112.3', gateway: '', netmask: '255.255.240.0' },
              ipv6: { additional: [], network: '', prefix: '' },
              mac: '5a:00:03:1b:4e:ca',
              'network-type': 'private',
            },
          ],
          'public-keys': keysOf(instance),
          region: { regioncode: 'EWR', countrycode: 'US' },
          'startup-script': 'echo No configured startup script',
          'user-data': instance.userData ?? [],
          ...(headers['metadata-token'] === 'cloudinit' && { 'vendor-data': instance.vendorData ?? '' }),
        });

/** UpCloud: one JSON document; addresses come by DHCP, except those that float. */
const upcloud: Dialect =
  (instance) =>
  ({ path }) =>
    path !== '/metadata/v1.json'
      ? undefined
      : json({
          cloud_name: 'upcloud',
          instance_id: instance.id,
          hostname: instance.hostname,
          platform: 'servers',
          public_keys: keysOf(instance),
          region: instance.zone,
          network: {
            interfaces: [
              {
                index: 1,
                ip_addresses: [
                  {
                    address: instance.address,
                    dhcp: true,
                    dns: ['192.0.2.53'],
                    family: 'IPv4',
                    floating: false,
                    gateway: '192.0.2.1',
                    network: '192.0.2.0/22',
                  },
                  {
                    address: '192.0.2.50',
                    dhcp: false,
                    dns: null,
                    family: 'IPv4',
                    floating: true,
                    gateway: '',
                    network: '192.0.2.50/32',
                  },
                ],
                mac: instance.mac,
                type: 'public',
              },
            ],
            dns: ['192.0.2.53'],
          },
          storage: { disks: [] },
          tags: [],
          user_data: instance.userData ?? '',
          vendor_data: instance.vendorData ?? '',
        });

/** The leaves of EC2's tree that CloudStack and Exoscale serve, below `root`; the keys are one file. */
const pathTree =
  (root: string): Dialect =>
  (instance) =>
  ({ path }) =>
    ok(
      {
        [`${root}meta-data/instance-id`]: instance.id,
        [`${root}meta-data/local-hostname`]: instance.hostname,
        [`${root}meta-data/availability-zone`]: instance.zone,
        [`${root}meta-data/local-ipv4`]: instance.address,
        [`${root}meta-data/service-offering`]: 'Small',
        [`${root}meta-data/public-keys`]: keysOf(instance).join('\n'),
        [`${root}user-data`]: instance.userData,
      }[path],
    );

/** Alibaba Cloud: EC2's tree with its own names of zone and region, and keys in folders. */
const aliyunTree: Dialect =
  (instance) =>
  ({ path }) =>
    ok(
      {
        '/latest/meta-data/instance-id': instance.id,
        '/latest/meta-data/hostname': instance.hostname,
        '/latest/meta-data/zone-id': 'cn-hangzhou-i',
        '/latest/meta-data/region-id': 'cn-hangzhou',
        '/latest/meta-data/public-keys/': '0/',
        '/latest/meta-data/public-keys/0/openssh-key': keysOf(instance)[0],
        '/latest/user-data': instance.userData,
      }[path],
    );

/** Akamai: a token for every request, one JSON document, keys by user, user-data in base64. */
const akamai: Dialect = (instance) => {
  const tokens = new Set<string>();
  return ({ method, path, headers }) => {
    if (path === '/v1/token' && method === 'PUT') {
      if (!(Number(headers['metadata-token-expiry-seconds']) > 0)) return { status: 400, body: '' };
      tokens.add(`TOKEN-${tokens.size}`);
      return ok(`TOKEN-${tokens.size - 1}`);
    }
    if (!tokens.has(String(headers['metadata-token']))) return { status: 401, body: '' };
    if (path === '/v1/user-data') return instance.userData === undefined ? undefined : ok(base64(instance.userData));
    if (headers.accept !== 'application/json') return ok('id: 1');
    if (path === '/v1/ssh-keys') return json({ users: { root: keysOf(instance), ...instance.extra } });
    if (path !== '/v1/instance') return undefined;
    return json({
      id: numberOr(instance.id),
      label: instance.hostname,
      region: 'us-ord',
      type: 'g6-nanode-1',
      specs: { vcpus: 1, memory: 1_024, gpus: 0, transfer: 1_000, disk: 25_600 },
      backups: { enabled: false, status: null },
      host_uuid: 'a631b16d14534d84e2830da16d1b28e1d08d24df',
      tags: [],
    });
  };
};

/** Scaleway: one JSON document; user-data and vendor-data only for clients with a port below 1024. */
const scaleway: Dialect =
  (instance) =>
  ({ path, from }) => {
    const [first, ...others] = keysOf(instance);
    if (path === '/conf?format=json')
      return json({
        id: instance.id,
        hostname: instance.hostname,
        commercial_type: 'DEV1-S',
        location: { zone_id: 'par1' },
        zone: 'fr-par-1',
        ssh_public_keys: first === undefined ? [] : [{ key: first, fingerprint: '256 SHA256:x alice (ED25519)' }],
        tags: ['web', ...others.map((key) => `AUTHORIZED_KEY=${key.replaceAll(' ', '_')}`)],
      });
    const data = { '/user_data/cloud-init': instance.userData, '/vendor_data/cloud-init': instance.vendorData }[path];
    if (data === undefined) return undefined;
    return from < 1_024 ? ok(String(data)) : { status: 403, body: '' };
  };

/** Compute Engine: a header in both directions, one JSON document with an id of 19 digits, keys with their user. */
const gce: Dialect =
  (instance) =>
  ({ path, headers }) => {
    if (headers['metadata-flavor'] !== 'Google') return { status: 403, body: '' };
    if (!path.startsWith('/computeMetadata/v1/?recursive=true')) return undefined;
    const { id, ...document } = {
      id: instance.id,
      instance: {
        attributes: {
          'ssh-keys': keysOf(instance)
            .map((key) => `cloudinit:${key}`)
            .join('\n'),
          ...(instance.userData !== undefined && { 'user-data': instance.userData }),
          ...instance.extra,
        },
        hostname: `${instance.hostname.split('.')[0]}.europe-west1-b.c.project.internal`,
        id: 'ID',
        zone: 'projects/739419398126/zones/europe-west1-b',
      },
      project: { attributes: {}, numericProjectId: 739_419_398_126, projectId: 'project' },
    };
    const body = JSON.stringify(document).replace('"ID"', JSON.stringify(numberOr(id)).replace(/^"(\d+)"$/, '$1'));
    return { status: 200, headers: { 'content-type': 'application/json', 'metadata-flavor': 'Google' }, body };
  };

/** Oracle: one JSON document with a header; user-data in base64. */
const oracle: Dialect =
  (instance) =>
  ({ path, headers }) => {
    if (path !== '/opc/v2/instance/') return undefined;
    if (headers.authorization !== 'Bearer Oracle') return { status: 403, body: '' };
    return json({
      availabilityDomain: 'qIZq:PHX-AD-1',
      canonicalRegionName: 'us-phoenix-1',
      displayName: 'worker',
      hostname: instance.hostname,
      id: instance.id,
      metadata: {
        ssh_authorized_keys: keysOf(instance).join('\n'),
        ...(instance.userData !== undefined && { user_data: base64(instance.userData) }),
      },
      ociAdName: 'phx-ad-3',
      region: 'phx',
      shape: 'VM.Standard2.1',
    });
  };

/** Azure's metadata service: a header, one JSON document with keys that end in CRLF, user-data in base64. */
const azure: Dialect =
  (instance) =>
  ({ path, headers }) => {
    if (headers.metadata !== 'true') return { status: 400, body: '' };
    if (!path.startsWith('/metadata/instance?api-version=')) return undefined;
    return json({
      compute: {
        azEnvironment: 'AzurePublicCloud',
        location: 'eastus2',
        name: 'worker',
        osProfile: {
          adminUsername: 'azureuser',
          computerName: instance.hostname,
          disablePasswordAuthentication: 'true',
        },
        osType: 'Linux',
        publicKeys: keysOf(instance).map((key) => ({
          keyData: `${key}\r\n`,
          path: '/home/azureuser/.ssh/authorized_keys',
        })),
        userData: instance.userData === undefined ? '' : base64(instance.userData),
        vmId: instance.id,
        vmSize: 'Standard_DS1_v2',
        zone: '1',
      },
      network: { interface: [{ macAddress: instance.mac.replaceAll(':', '').toUpperCase() }] },
    });
  };

/** Azure's wireserver: the goal state, and the report of readiness, which must repeat its values. */
const wireserver: Dialect =
  () =>
  ({ method, path, headers, body }) => {
    if (headers['x-ms-version'] !== '2012-11-30') return { status: 400, body: '' };
    if (method === 'GET' && path === '/machine/?comp=goalstate')
      return ok(
        `<?xml version="1.0" encoding="utf-8"?>\n<GoalState><Version>2012-11-30</Version><Incarnation>1</Incarnation><Container><ContainerId>c-1</ContainerId><RoleInstanceList><RoleInstance><InstanceId>r-1</InstanceId><State>Started</State></RoleInstance></RoleInstanceList></Container></GoalState>`,
      );
    if (method !== 'POST' || path !== '/machine/?comp=health') return undefined;
    const told = ['GoalStateIncarnation>1<', 'ContainerId>c-1<', 'InstanceId>r-1<', 'State>Ready<'];
    return { status: told.every((each) => body.includes(each)) ? 200 : 400, body: '' };
  };

/** LXD's guest API: YAML for the metadata, a list of the settings, each setting below its name. */
const lxd: Dialect =
  (instance) =>
  ({ path }) => {
    const settings: Readonly<Record<string, string | undefined>> = {
      'cloud-init.user-data': instance.userData,
      'cloud-init.vendor-data': instance.vendorData === undefined ? undefined : String(instance.vendorData),
      'cloud-init.network-config':
        instance.networkData === undefined ? undefined : JSON.stringify(instance.networkData),
      ...Object.fromEntries(Object.entries(instance.extra ?? {}).map(([name, value]) => [name, String(value)])),
    };
    if (path === '/1.0/config') return json(Object.keys(settings).map((name) => `/1.0/config/${name}`));
    if (path === '/1.0/meta-data') {
      const keys = `public-keys: ${JSON.stringify(keysOf(instance))}`;
      return ok(`#cloud-config\ninstance-id: ${instance.id}\nlocal-hostname: ${instance.hostname}\n${keys}\n`);
    }
    return ok(settings[path.slice('/1.0/config/'.length)]);
  };

/** CloudStack's password server: it gives the password until that is acknowledged. */
const passwordServer: Dialect = () => {
  let password = 'Passw0rd';
  return ({ headers }: Asked) => {
    const { domu_request: request } = headers;
    if (request === 'send_my_password') return ok(password);
    if (request !== 'saved_password') return ok('bad_request');
    password = 'saved_password';
    return ok(password);
  };
};

/** Returns an id as the number that a service makes of it, unless it has other characters or too many digits. */
const numberOr = (id: string): string | number => (/^\d{1,15}$/.test(id) ? Number(id) : id);

export const cloudDialects = {
  hetzner,
  digitalocean,
  vultr,
  upcloud,
  exoscale: pathTree('/1.0/'),
  cloudstack: pathTree('/latest/'),
  akamai,
  scaleway,
  gce,
  oracle,
  lxd,
  passwordServer,
  azure,
  wireserver,
  aliyun: aliyunTree,
} as const satisfies Record<string, Dialect>;
