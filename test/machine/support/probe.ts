import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './scratch.ts';

/** The units whose properties are recorded after a boot. */
const units = [
  'bootagent-local.service',
  'bootagent.service',
  'bootagent-final.service',
  'bootagent.target',
  'bootagent-network.target',
  'ssh.service',
  'multi-user.target',
  'network-online.target',
];

/** The commands whose output is recorded at every boot, by name. */
const standard: Readonly<Record<string, string>> = {
  failed: 'systemctl --failed --plain --no-legend --all',
  jobs: 'systemctl list-jobs --plain --no-legend',
  journal: 'journalctl --boot --output=short-monotonic --no-pager',
  status: 'bootagent status --format json',
  mounts: 'findmnt --json --bytes --output TARGET,SOURCE,FSTYPE,SIZE,OPTIONS',
  swaps: 'cat /proc/swaps',
  root: 'df --output=size --block-size=1 / | tail -1',
  hostname: 'hostname',
  run: 'ls -la /run/bootagent',
  ...Object.fromEntries(units.map((unit) => [`unit-${unit}`, `systemctl show ${unit}`])),
};

/**
 * Installs a unit that records the state of the machine at the end of a boot (into /probe if that is mounted, else as a tar file
 * onto the disk named "probe") and powers the machine off.
 */
export async function installProbe(tree: string, extra: Readonly<Record<string, string>> = {}): Promise<void> {
  const asked = Object.entries({ ...standard, ...extra }).map(
    ([name, command]) => `{ ${command}; } >/run/probe/${name} 2>&1 </dev/null`,
  );
  const script = [
    '#!/bin/sh',
    'mkdir -p /run/probe',
    // An agent in the background may still be running.
    'for try in $(seq 300); do',
    '  pid=; read -r pid rest </run/bootagent/lock; kill -0 "$pid" || break; sleep 0.1',
    'done 2>/dev/null',
    ...asked,
    'if [ -d /probe ]; then cp -r /run/probe/. /probe/; else tar -C /run/probe -cf /dev/disk/by-id/virtio-probe . ; fi',
    'sync',
    // The test visits the running machine from outside, and signals the end of the visit.
    'if grep -q probe.hold /proc/cmdline || [ -e /etc/probe.hold ]; then',
    '  echo PROBE-HELD >/dev/ttyS0; head -n 1 </dev/ttyS1',
    'fi',
    'if [ -p /probe/hold ]; then echo held >/probe/held; head -n 1 </probe/hold; fi',
    'systemctl --no-block poweroff',
    '',
  ].join('\n');
  await writeFile(join(tree, 'usr/local/sbin/probe'), script);
  await chmod(join(tree, 'usr/local/sbin/probe'), 0o755);
  const unit = [
    '[Unit]',
    'DefaultDependencies=no',
    'After=multi-user.target bootagent.target bootagent-final.service bootagent-compat.service ssh.service sshd.service',
    // For a machine with cloud-init.
    'After=cloud-final.service cloud-init.target',
    '[Service]',
    'Type=oneshot',
    'ExecStart=/usr/local/sbin/probe',
    'StandardError=journal+console',
    '',
  ].join('\n');
  await writeFile(join(tree, 'etc/systemd/system/probe.service'), unit);
  await mkdir(join(tree, 'etc/systemd/system/multi-user.target.wants'), { recursive: true });
  await symlink('../probe.service', join(tree, 'etc/systemd/system/multi-user.target.wants/probe.service')).catch(
    ignoreExisting,
  );
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/** Installs the package into a tree as an image builder would, without dependencies: Debian's rpm database has none of them. */
export async function installPackage(
  tree: string,
  file: string,
  options: readonly string[] = ['--install'],
): Promise<void> {
  await run('rpm', ['--root', tree, '--nodeps', '--ignoresize', ...options, file]);
}
