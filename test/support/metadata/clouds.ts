import { base64, json, keysOf, numberOr, ok } from './answers.ts';
import { akamai, aliyunTree, azure, lxd, passwordServer, pathTree, wireserver } from './cloud-services.ts';
import type { Dialect } from './dialects.ts';

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
