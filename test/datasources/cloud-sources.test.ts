import { akamai } from '../../agent/datasources/akamai.ts';
import { aliyun } from '../../agent/datasources/aliyun.ts';
import { azure } from '../../agent/datasources/azure.ts';
import { cloud } from '../../agent/datasources/cloud.ts';
import { cloudstack } from '../../agent/datasources/cloudstack.ts';
import type { Declaration } from '../../agent/datasources/declaration.ts';
import { digitalocean } from '../../agent/datasources/digitalocean.ts';
import { exoscale } from '../../agent/datasources/exoscale.ts';
import { gce } from '../../agent/datasources/gce.ts';
import { hetzner } from '../../agent/datasources/hetzner.ts';
import { oracle } from '../../agent/datasources/oracle.ts';
import { scaleway } from '../../agent/datasources/scaleway.ts';
import { upcloud } from '../../agent/datasources/upcloud.ts';
import { vultr } from '../../agent/datasources/vultr.ts';
import type { Instance } from '../../agent/metadata/datasource.ts';
import { unable } from '../support/able.ts';
import { type ContractCase, datasourceContract } from '../support/metadata/contract.ts';
import { describe } from '../support/metadata/description.ts';

const vendorData = '#cloud-config\n{}\n';
const me = describe({ vendorData });
const [key = ''] = Object.values(me.keys);
const bytes = (text = ''): Uint8Array => new TextEncoder().encode(text);
const common = {
  hostname: me.hostname,
  publicKeys: [key],
  userData: bytes(me.userData),
  vendorData: [bytes(vendorData)],
  secrets: [],
};

/** An interface with nothing configured. */
const bare = {
  dhcp4: false,
  dhcp6: false,
  addresses: [],
  gateways: [],
  routes: [],
  dns: [],
  search: [],
} as const;

interface CloudCase extends Pick<ContractCase, 'identity' | 'structured' | 'requests' | 'userData' | 'skip'> {
  readonly declared: Declaration;
  readonly id?: string;
  readonly expected?: Partial<Instance>;
}

const clouds: Readonly<Record<string, CloudCase>> = {
  hetzner: {
    declared: hetzner,
    identity: /v1\/metadata/,
    structured: true,
    userData: /userdata$/,
    id: '4711',
    requests: 2,
    expected: {
      zone: 'site-1a',
      region: 'eu-central',
      network: [
        {
          ...bare,
          mac: me.mac,
          name: 'eth0',
          dhcp4: true,
          addresses: ['2001:db8:1::1/64'],
          gateways: ['fe80::1'],
          dns: ['192.0.2.53', '2001:db8::53'],
        },
      ],
    },
  },
  digitalocean: {
    declared: digitalocean,
    identity: /v1\.json/,
    structured: true,
    id: '22532410',
    requests: 1,
    expected: {
      region: 'nyc3',
      secrets: ['AUTH-KEY'],
      network: [
        {
          ...bare,
          mac: me.mac,
          addresses: ['192.0.2.20/24', '2001:db8::20/64', '10.17.0.5/16'],
          gateways: ['192.0.2.1', '2001:db8::1'],
          dns: ['192.0.2.53', '2001:db8::53'],
        },
        { ...bare, mac: '02:00:00:00:00:02', addresses: ['10.132.6.205/16'], dns: ['192.0.2.53', '2001:db8::53'] },
      ],
    },
  },
  vultr: {
    declared: vultr,
    identity: /v1\.json/,
    structured: true,
    requests: 1,
    expected: {
      region: 'EWR',
      secrets: ['echo No configured startup script'],
      network: [{ ...bare, mac: '5a:00:03:1b:4e:ca', addresses: ['10.1.112.3/20'] }],
    },
  },
  upcloud: {
    declared: upcloud,
    identity: /v1\.json/,
    structured: true,
    requests: 1,
    expected: {
      zone: 'site-1a',
      network: [{ ...bare, mac: me.mac, dhcp4: true, addresses: ['192.0.2.50/32'], dns: ['192.0.2.53'] }],
    },
  },
  exoscale: {
    declared: exoscale,
    identity: /instance-id/,
    userData: /user-data$/,
    requests: 6,
    expected: { zone: 'site-1a', vendorData: [] },
  },
  cloudstack: {
    declared: cloudstack,
    identity: /instance-id/,
    userData: /user-data$/,
    requests: 6,
    expected: { zone: 'site-1a', vendorData: [] },
  },
  akamai: {
    declared: akamai,
    identity: /token/,
    userData: /user-data$/,
    id: '12345678',
    requests: 4,
    expected: { region: 'us-ord', vendorData: [] },
  },
  scaleway: {
    declared: scaleway,
    identity: /conf\?format=/,
    structured: true,
    userData: /user_data/,
    requests: 3,
    skip: unable(),
    expected: { zone: 'fr-par-1', region: 'fr-par' },
  },
  azure: {
    declared: azure,
    identity: /metadata\/instance/,
    structured: true,
    requests: 1,
    expected: {
      zone: '1',
      region: 'eastus2',
      vendorData: [bytes('#cloud-config\n{"system_info":{"default_user":{"name":"azureuser"}},"ssh_pwauth":false}\n')],
      ready: undefined,
    },
  },
  aliyun: {
    declared: aliyun,
    identity: /instance-id/,
    userData: /user-data$/,
    requests: 7,
    expected: { zone: 'cn-hangzhou-i', region: 'cn-hangzhou', vendorData: [] },
  },
  gce: {
    declared: gce,
    identity: /computeMetadata/,
    structured: true,
    id: '6012345678901234567',
    requests: 1,
    expected: { hostname: 'worker-7', zone: 'europe-west1-b', region: 'europe-west1', vendorData: [] },
  },
  oracle: {
    declared: oracle,
    identity: /opc\/v2/,
    structured: true,
    requests: 1,
    expected: { zone: 'phx-ad-3', region: 'us-phoenix-1', vendorData: [] },
  },
};

for (const [name, { declared, id = me.id, expected = {}, ...rest }] of Object.entries(clouds)) {
  datasourceContract({
    ...rest,
    source: cloud(name, {}, async () => declared),
    // Each cloud has a dialect of its name.
    dialect: name as ContractCase['dialect'],
    me: { ...me, id },
    // No password server listens there.
    settings: { password_server_port: 1, report_ready: false },
    expected: { ...common, id, datasource: name, ...expected },
  });
}
