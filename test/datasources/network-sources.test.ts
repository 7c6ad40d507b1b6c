import { ec2 } from '../../agent/datasources/ec2.ts';
import { nocloudNet } from '../../agent/datasources/nocloud.ts';
import { openstack } from '../../agent/datasources/openstack.ts';
import { wakameNet } from '../../agent/datasources/wakame.ts';
import { type ContractCase, datasourceContract } from '../support/metadata/contract.ts';
import { describe } from '../support/metadata/description.ts';

const me = describe({ vendorData: '#cloud-config\n{}\n' });
const [key = ''] = Object.values(me.keys);
const userData = new TextEncoder().encode(me.userData);
const common = { id: me.id, hostname: me.hostname, publicKeys: [key], userData, secrets: [] };
const ec2Data = {
  'instance-id': me.id,
  'local-hostname': me.hostname,
  placement: { 'availability-zone': me.zone },
  'public-keys': [key],
};
const { placement: _, ...zoneless } = ec2Data;
const zone = { zone: 'site-1a', region: 'site-1' };

const cases: readonly Omit<ContractCase, 'me'>[] = [
  {
    source: ec2,
    dialect: 'imdsv1',
    identity: /instance-id/,
    expected: { ...common, ...zone, datasource: 'ec2', vendorData: [], metadata: { meta_data: ec2Data } },
    userData: /user[-_]data$/,
    requests: 6,
  },
  {
    source: ec2,
    dialect: 'imdsv2',
    platform: { vendor: 'Amazon EC2' },
    identity: /token/,
    expected: { ...common, ...zone, datasource: 'ec2', vendorData: [], metadata: { meta_data: ec2Data } },
    userData: /user[-_]data$/,
    requests: 7,
  },
  {
    source: openstack,
    dialect: 'openstack',
    identity: /meta_data.json/,
    structured: true,
    expected: {
      ...common,
      zone: me.zone,
      datasource: 'openstack',
      launchIndex: 0,
      vendorData: [new TextEncoder().encode('#cloud-config\n{}\n')],
    },
    userData: /user[-_]data$/,
    requests: 6,
  },
  {
    source: wakameNet,
    dialect: 'wakameFlat',
    identity: /instance-id/,
    expected: {
      ...common,
      datasource: 'wakame',
      vendorData: [],
      metadata: {
        meta_data: {
          'instance-id': me.id,
          'local-hostname': me.hostname,
          'local-ipv4': me.address,
          mac: me.mac,
          'user-data': me.userData,
        },
      },
    },
    userData: /user[-_]data$/,
    requests: 7,
  },
  {
    source: wakameNet,
    dialect: 'wakameEc2',
    identity: /instance-id/,
    expected: {
      ...common,
      zone: undefined,
      region: undefined,
      datasource: 'wakame',
      vendorData: [],
      metadata: { meta_data: { ...zoneless, 'user-data': me.userData } },
    },
    userData: /user[-_]data$/,
    requests: 7,
  },
  {
    source: nocloudNet,
    dialect: 'nocloud',
    identity: /meta-data/,
    structured: true,
    expected: {
      ...common,
      datasource: 'nocloud',
      vendorData: [new TextEncoder().encode('#cloud-config\n{}\n')],
    },
    userData: /user[-_]data$/,
    requests: 4,
  },
];

for (const each of cases) datasourceContract({ ...each, me });
