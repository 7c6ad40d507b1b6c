import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Step } from '../../../agent/engine/step.ts';
import { gatherFacts } from '../../../agent/facts/gather.ts';
import { linux } from '../../../agent/host/linux.ts';
import { fsSetup } from '../../../modules/fs-setup.ts';
import { mounts } from '../../../modules/mounts.ts';
import { swap } from '../../../modules/swap.ts';
import { instance } from '../facts.ts';
import { applied, previewed } from '../laws.ts';
import { plan } from '../settings.ts';
import { run } from './loop-disk.ts';

/** Run as root with a writable /etc: settings of the storage modules, from user-data to a mounted disk. */
const real = linux({ root: '/', offline: false });
const host = {
  ...real,
  // systemd runs nothing here.
  run: async (argv: readonly string[], options = {}) =>
    argv[0] === 'systemctl' ? { code: 0, stdout: '', stderr: '' } : real.run(argv, options),
};

const folder = mkdtempSync(join(tmpdir(), 'bootagent-story-'));
const target = `${folder}/mnt`;
writeFileSync(`${folder}/image`, '');
truncateSync(`${folder}/image`, 2 ** 30);
const disk = run('losetup', '--find', '--show', `${folder}/image`).trim();
appendFileSync('/etc/fstab', '# a line of somebody else\n');
const before = readFileSync('/etc/fstab', 'utf8');

const settings = `
fs_setup: [{device: ${disk}, filesystem: xfs, label: story}]
mounts:
 - [${disk}, ${target}, xfs, "defaults,nofail"]
 - [/dev/not-there, ${folder}/other]
swap: {filename: ${target}/swap, size: 128M}
`;

async function planOf() {
  const context = { facts: await gatherFacts(real, real), instance: instance(), scripts: [], newMachine: false };
  return [fsSetup, mounts, swap].flatMap((module) => plan(module, settings, context));
}
const told = (steps: readonly Step[]): string[] =>
  steps.map(
    ({ change, ...step }) => `${change.kind} ${step.outcome}${'problem' in step ? ` ${step.problem.message}` : ''}`,
  );

try {
  const foreseen = told(await previewed(await planOf(), host));
  const made = told(await applied(await planOf(), host));
  assert.deepEqual(
    made,
    foreseen.map((each) => each.replace(' due', ' made')),
  );
  assert.ok(!made.some((each) => each.includes('failed')), made.join('\n'));
  assert.ok(run('swapon', '--show=NAME', '--noheadings').includes(`${target}/swap`));
  assert.equal(run('findmnt', '--noheadings', '--output', 'FSTYPE', target).trim(), 'xfs');
  const after = readFileSync('/etc/fstab', 'utf8');
  assert.ok(after.startsWith(before), after);
  assert.equal(
    after.slice(before.length),
    [
      `${disk}\t${target}\txfs\tdefaults,nofail,comment=cloudconfig\t0\t2\n`,
      `/dev/not-there\t${folder}/other\tauto\tdefaults,nofail,comment=cloudconfig\t0\t2\n`,
      `${target}/swap\tnone\tswap\tsw,comment=bootagent\t0\t0\n`,
    ].join(''),
  );
  const again = told(await applied(await planOf(), host));
  assert.ok(!again.some((each) => / made| failed/.test(each)), again.join('\n'));
  assert.equal(readFileSync('/etc/fstab', 'utf8'), after);

  // A line that findmnt rejects does not replace the old file.
  const bad = { spec: disk, file: `${folder}/image`, type: 'xfs', options: 'defaults', dump: '0', pass: '0' };
  const [refused] = await applied(
    [{ at: 'x', changes: [{ kind: 'edit', path: '/etc/fstab', edit: { syntax: 'fstab', put: bad } }] }],
    host,
  );
  assert.equal(refused?.outcome === 'failed' && refused.problem.code, 'not-possible', JSON.stringify(refused));
  assert.equal(readFileSync('/etc/fstab', 'utf8'), after);
  console.log('all is as told');
} finally {
  if (readFileSync('/proc/swaps', 'utf8').includes(target)) run('swapoff', `${target}/swap`);
  if (readFileSync('/proc/mounts', 'utf8').includes(target)) run('umount', target);
  run('losetup', '--detach', disk);
  rmSync(folder, { recursive: true });
}
