import { readFileSync } from 'node:fs';
import { akamai } from '../../agent/datasources/akamai.ts';
import { aliyun } from '../../agent/datasources/aliyun.ts';
import { azure } from '../../agent/datasources/azure.ts';
import type { Cloud } from '../../agent/datasources/cloud.ts';
import { cloudstack } from '../../agent/datasources/cloudstack.ts';
import type { Declaration } from '../../agent/datasources/declaration.ts';
import { digitalocean } from '../../agent/datasources/digitalocean.ts';
import { exoscale } from '../../agent/datasources/exoscale.ts';
import { gce } from '../../agent/datasources/gce.ts';
import { hetzner } from '../../agent/datasources/hetzner.ts';
import { datasources } from '../../agent/datasources/index.ts';
import { lxd } from '../../agent/datasources/lxd.ts';
import { oracle } from '../../agent/datasources/oracle.ts';
import { scaleway } from '../../agent/datasources/scaleway.ts';
import { upcloud } from '../../agent/datasources/upcloud.ts';
import { vultr } from '../../agent/datasources/vultr.ts';

/** How a datasource was proven, and no more than that. */
type Proof =
  | 'simulated from documentation'
  | 'experimental; simulated from documentation'
  | 'recorded fixture'
  | typeof booted;

const booted = 'booted in a container, with a simulated service';

const declared: Readonly<Record<string, readonly [Declaration, Proof]>> = {
  lxd: [lxd, booted],
  hetzner: [hetzner, 'simulated from documentation'],
  digitalocean: [digitalocean, booted],
  vultr: [vultr, 'simulated from documentation'],
  upcloud: [upcloud, 'simulated from documentation'],
  exoscale: [exoscale, booted],
  akamai: [akamai, booted],
  scaleway: [scaleway, booted],
  cloudstack: [cloudstack, 'simulated from documentation'],
  gce: [gce, 'simulated from documentation'],
  oracle: [oracle, 'simulated from documentation'],
  azure: [azure, 'experimental; simulated from documentation'],
  aliyun: [aliyun, 'simulated from documentation'],
};

const [begin, end] = ['<!-- clouds: made by `npm run manual` -->\n', '<!-- end of clouds -->\n'];

/** Returns docs/datasources.md with a new table of the declared datasources. */
export function datasourcesPage(): string {
  const page = readFileSync('docs/datasources.md', 'utf8');
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/datasources.md lacks ${begin}or ${end}`);
  const head = '| Datasource | In `datasource_list` | Detected by | Location | Proven |\n|---|---|---|---|---|\n';
  const rows = datasources.filter((source): source is Cloud => 'marks' in source).map(rowOf);
  return `${before}${begin}\n${head}${rows.join('')}\n${end}${after}`;
}

function rowOf({ name, alias, marks }: Cloud): string {
  const [{ endpoints, from } = {}, proof] = declared[name] ?? [];
  if (endpoints === undefined) throw new Error(`packaging/manual/clouds.ts: no entry for ${name}`);
  const addresses =
    typeof endpoints === 'function' ? ['the DHCP server'] : endpoints.map((each) => `\`${shown(each)}\``);
  const location = from?.socket ? `\`${from.socket}\`` : addresses.join(', ');
  return `| \`${name}\` | \`${alias}\` | ${marksOf(marks).join('; ')} | ${location} | ${proof} |\n`;
}

const shown = (endpoint: string): string => endpoint.replace('%25*', '%INTERFACE').replace(/^http:\/\//, '');

function marksOf({ kernelWord, paths = [], ...dmi }: Cloud['marks']): string[] {
  const values = (list: readonly string[]): string => list.map((each) => `\`${each}\``).join(' or ');
  return [
    ...Object.entries(dmi).map(([field, list]) => `DMI ${field} ${values(list)}`),
    ...(kernelWord === undefined ? [] : [`\`${kernelWord}\` on the kernel command line`]),
    ...paths.map((path) => `the file \`${path}\``),
  ];
}
