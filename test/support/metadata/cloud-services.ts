import { base64, json, keysOf, numberOr, ok } from './answers.ts';
import type { Asked, Dialect } from './dialects.ts';

/** The leaves of EC2's tree that CloudStack and Exoscale serve, below `root`; the keys are one file. */
export const pathTree =
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
export const aliyunTree: Dialect =
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
export const akamai: Dialect = (instance) => {
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

/** Azure's metadata service: a header, one JSON document with keys that end in CRLF, user-data in base64. */
export const azure: Dialect =
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
export const wireserver: Dialect =
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
export const lxd: Dialect =
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
export const passwordServer: Dialect = () => {
  let password = 'Passw0rd';
  return ({ headers }: Asked) => {
    const { domu_request: request } = headers;
    if (request === 'send_my_password') return ok(password);
    if (request !== 'saved_password') return ok('bad_request');
    password = 'saved_password';
    return ok(password);
  };
};
