import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../test/machine/support/scratch.ts';
import { ec2Firmware } from '../../test/vm/support/expect.ts';
import { machine } from '../../test/vm/support/vm.ts';
import { type Cost, costOf, probeOf } from './cost.ts';
import { type Case, type Peer, settingOf } from './peers.ts';

/** Kernel arguments that trace all forks and execs from the first process on. */
const traced = 'trace_event=sched:sched_process_fork,sched:sched_process_exec trace_buf_size=8M';

export interface Costs {
  readonly first: Cost;
  readonly second?: Cost;
}

/** Boots a machine once or twice, and returns the cost of the peer in each boot. */
export async function costsOf(peer: Peer, what: Case, boots: 'first' | 'both'): Promise<Costs> {
  await using vm = await machine({
    release: peer.release,
    extra: peer.packages,
    bare: peer.kind !== 'bootagent',
    probe: probeOf(peer),
    prepare: (root) => instrument(root, peer, what),
  });
  const once = async () => {
    // On detected EC2, cloud-init needs its own DHCP client, so its datasource list selects EC2 instead; without detection it
    // uses no IMDSv2 tokens.
    const named = peer.kind === 'cloud-init';
    await vm.cloud.serve(
      { keys: { visitor: vm.key }, userData: settingOf(what).userData },
      named ? 'imdsv1' : 'imdsv2',
    );
    const boot = await vm.boot({ ...(!named && { smbios: ec2Firmware }), counted: true, append: traced });
    return costOf(boot, peer, await vm.cloud.silence());
  };
  const first = await once();
  return boots === 'first' ? { first } : { first, second: await once() };
}

/** Records the peak memory of each unit, and removes sources of random variation. */
async function instrument(root: string, peer: Peer, what: Case): Promise<void> {
  const { hostKeys, anySource } = settingOf(what);
  const write = async (path: string, text: string) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  };
  for (const unit of peer.units) {
    const peak = `cat /sys/fs/cgroup/system.slice/${unit}/memory.peak >/run/peak-${unit}`;
    await write(
      `etc/systemd/system/${unit}.d/counted.conf`,
      `[Service]\nCPUAccounting=yes\nMemoryAccounting=yes\nExecStartPost=-/bin/sh -c '${peak}'\n`,
    );
  }
  await write(`etc/systemd/system/probe.service.d/end.conf`, `[Unit]\nAfter=${[...peer.units, peer.end].join(' ')}\n`);
  await write('etc/tmpfiles.d/keygen.conf', 'd /sys/fs/cgroup/keygen 0755\n');
  if (peer.kind === 'cloud-init') {
    // A single address: the default list has a name whose lookup takes seconds without a resolver.
    await write(
      'etc/cloud/cloud.cfg.d/90-bench.cfg',
      'datasource_list: [Ec2]\ndatasource: {Ec2: {strict_id: false, metadata_urls: ["http://169.254.169.254"]}}\n',
    );
  }
  if (peer.kind === 'bootagent' && !anySource) {
    await write('etc/bootagent/bootagent.yaml', 'datasource_list: [Ec2]\n');
  }
  // Without an agent nothing generates host keys, and sshd does not start without one.
  if (peer.kind === 'no-agent' || hostKeys) await run('ssh-keygen', ['-A', '-f', root]);
  await cannedKeys(root);
}

/**
 * Replaces ssh-keygen: the time to generate an RSA key is random, so it returns pregenerated keys, accounted in its own
 * cgroup.
 */
async function cannedKeys(root: string): Promise<void> {
  const folder = 'usr/lib/canned-keys';
  await mkdir(join(root, folder), { recursive: true });
  for (const type of ['rsa', 'ecdsa', 'ed25519'])
    await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', type, '-f', join(root, folder, type)]);
  const keygen = join(root, 'usr/bin/ssh-keygen');
  await rename(keygen, `${keygen}.real`);
  const script = `#!/bin/sh
echo $$ >/sys/fs/cgroup/keygen/cgroup.procs
type= file=
for word; do
  case $last in -t) type=$word ;; -f) file=$word ;; esac
  last=$word
done
if [ "$type" ] && [ "$file" ] && [ -e /${folder}/$type ]; then
  copy() { while read -r line; do echo "$line"; done; }
  (umask 077 && copy </${folder}/$type >"$file") && copy </${folder}/$type.pub >"$file.pub"
  exit
fi
exec /usr/bin/ssh-keygen.real "$@"
`;
  await writeFile(keygen, script);
  await chmod(keygen, 0o755);
}
