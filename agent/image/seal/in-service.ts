import { mapOf } from '../../base/map-of.ts';
import { ownPaths } from '../../base/own-paths.ts';
import type { ReadHost } from '../../host/host.ts';
import { rootMount } from '../submounts.ts';

const week = 7 * 24 * 3600;

/** Programs that run only while a user's job runs on the machine. */
const jobs = mapOf({
  condor_starter: 'an HTCondor job',
  slurmstepd: 'a Slurm job',
  sge_shepherd: 'a Grid Engine job',
  pbs_demux: 'a PBS job',
  'containerd-shim': 'a container',
  conmon: 'a container',
  'qemu-kvm': 'a virtual machine',
  'qemu-system-x86': 'a virtual machine',
});

/** Whether this root is that of a running machine, not a chroot of an installer. */
export async function isRunning(host: ReadHost): Promise<boolean> {
  if (host.offline || !(await host.stat('/run/systemd/system'))) return false;
  const first = await host.readText('/proc/1/mountinfo').catch(() => undefined);
  const own = await host.readText('/proc/self/mountinfo');
  return first === undefined || own === undefined || rootMount(first) === rootMount(own);
}

/** Returns why a running machine may be in use, and so must not be sealed without confirmation. */
export async function inService(host: ReadHost): Promise<string[]> {
  const why: string[] = [];
  const isKnown = await host.stat(ownPaths.journal);
  if (!isKnown && !(await host.stat(ownPaths.fresh))) {
    why.push('nothing says that this machine was made to become an image');
  }
  const seconds = Number.parseFloat((await host.readText('/proc/uptime')) ?? '0');
  if (seconds > week) why.push(`it has been up for ${Math.floor(seconds / 86_400)} days`);
  const found = new Set<string>();
  for (const pid of await host.list('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const name = ((await host.readText(`/proc/${pid}/comm`)) ?? '')
      .trim()
      .replace('containerd-shim', 'containerd_shim');
    const job = jobs.get(name);
    if (job !== undefined) found.add(job);
  }
  return [...why, ...[...found].map((job) => `${job} is running`)];
}
