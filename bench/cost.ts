import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '../test/support/metadata/description.ts';
import { serveMetadata } from '../test/support/metadata/server.ts';
import { costsOf, median, timesAs } from './processes.ts';

/**
 * `npm run bench`: the cost of the built executable, relative to an empty Node in the same run. The limits on ratios apply to
 * a machine of any speed.
 */
const folder = mkdtempSync(join(tmpdir(), 'bootagent-bench-'));
const nothing = join(folder, 'empty.cjs');
writeFileSync(nothing, '');
const userData = '#cloud-config\nwrite_files: [{path: /etc/motd, content: hello}]\nruncmd: [echo hello]\n';
const service = await serveMetadata(describe({ userData }), { dialects: ['imdsv2'] });
for (const name of ['upper/bootagent', 'work']) mkdirSync(join(folder, name), { recursive: true });
writeFileSync(
  join(folder, 'upper/bootagent/bootagent.yaml'),
  `datasource_list: [Ec2]\ndatasource:\n  Ec2: {metadata_urls: [${service.url}]}\n`,
);
/**
 * Mount namespace for the measured programs: another /etc, no host keys (as in a sealed image), and no disks, of which a
 * build machine may have dozens.
 */
const overlay = `mount -t overlay -o lowerdir=/etc,upperdir=${folder}/upper,workdir=${folder}/work overlay /etc && rm -f /etc/ssh/ssh_host_* && mount -t tmpfs none /sys/block && mount -t tmpfs none /sys/class/block && exec "$@"`;
const elsewhere = ['unshare', '--mount', 'sh', '-c', overlay, 'sh'];

const programs = {
  'empty Node': ['dist/build/node-x64', nothing],
  version: ['dist/bootagent', 'version'],
  'dry run, one metadata source': ['dist/bootagent', 'run', '--dry-run'],
} as const;
// A file that was just written is in the page cache in large pieces, which would count as the program's memory; drop it.
execFileSync('dd', ['if=dist/bootagent', 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
const costs = await costsOf(40, programs, elsewhere);
await service.close();
rmSync(folder, { recursive: true });

const empty = costs['empty Node'];
const peak = Math.max(costs.version.peakMB, costs['dry run, one metadata source'].peakMB);
const packages = readdirSync('dist').filter((name) => name.endsWith('x86_64.rpm'));

/**
 * Returns the maximum package size in MB. Packages for tests are compressed faster, and are a quarter larger than released
 * ones.
 */
const mostOf = (name: string) =>
  execFileSync('rpm', ['-qp', '--qf', '%{PAYLOADFLAGS}', join('dist', name)], { encoding: 'utf8' }) === '19' ? 33 : 42;

const rows: readonly (readonly [what: string, figure: number, limit: number, unit: string])[] = [
  ['version, against an empty Node', timesAs(costs.version, empty), 1.3, 'x'],
  // 3.5 is the budget; 3.6 was seen with another load beside it. The limit has room for busy machines.
  ['dry run with one metadata source', timesAs(costs['dry run, one metadata source'], empty), 4, 'x'],
  ['peak memory', peak, 70, 'MB'],
  ['executable', statSync('dist/bootagent').size / 1e6, 121, 'MB'],
  ...packages.map((name) => ['package', statSync(join('dist', name)).size / 1e6, mostOf(name), 'MB'] as const),
];
let failed = 0;
console.log(`empty Node: ${median(empty.cpuMs).toFixed(1)} ms of CPU`);
for (const [what, figure, limit, unit] of rows) {
  const good = figure <= limit;
  if (!good) failed++;
  console.log(
    `${good ? ' ' : '!'} ${what.padEnd(36)} ${figure.toFixed(2).padStart(8)} ${unit.padEnd(3)} (limit ${limit})`,
  );
}
console.log(`\n${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
