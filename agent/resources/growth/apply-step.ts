import { ownPaths } from '../../base/own-paths.ts';
import { asProblem, Problem } from '../../base/problem.ts';
import { blockAt } from '../../block/block-device.ts';
import { settleDevices } from '../../block/settle-devices.ts';
import type { GrowthStep } from '../../engine/kinds/growth-step.ts';
import type { Host } from '../../host/host.ts';
import { changedDump, type DumpChange, partitionNode } from './table-dump.ts';

/** Growing a big file system takes minutes; nothing else should hold a disk for so long. */
const long = 60 * 60 * 1000;

/** Applies one step of a growth. A step that fails leaves the partition table as it was. */
export async function applyStep(step: GrowthStep, host: Host): Promise<void> {
  switch (step.do) {
    case 'partition':
      return rewritten(step, host, async (write) => {
        await write({ node: partitionNode(step.disk, step.number), sectors: step.sectors });
        await tellKernel(step, host);
      });
    case 'tell-kernel':
      return tellKernel(step, host);
    case 'new-partition':
      return rewritten(step, host, async (write) => {
        await write({ ...step, node: partitionNode(step.disk, step.number) });
        await host.run(['partx', '--update', '--nr', `${step.number}`, step.disk]);
        await settleDevices(host);
      });
    case 'physical-volume':
      return void (await host.run(['pvresize', step.path]));
    case 'new-physical-volume':
      return void (await host.run(['pvcreate', step.path], { input: 'n\n' }));
    case 'join-group':
      return void (await host.run(['vgextend', step.group, step.path]));
    case 'volume':
      return void (await host.run(['lvextend', '-l', '+100%FREE', step.name]));
    case 'filesystem':
      return growFileSystem(step, host);
  }
}

async function growFileSystem(step: GrowthStep & { do: 'filesystem' }, host: Host): Promise<void> {
  const { type, device, mount, member } = step;
  if (type === 'btrfs')
    await host.run(['btrfs', 'filesystem', 'resize', `${member}:max`, mount ?? ''], { timeoutMs: long });
  else if (type === 'xfs') await host.run(['xfs_growfs', '-d', mount ?? ''], { timeoutMs: long });
  else {
    // resize2fs accepts an unmounted file system only right after a full check; exit 1 means it was repaired.
    if (mount === undefined) await host.run(['e2fsck', '-f', '-p', device], { timeoutMs: long, accept: [0, 1] });
    await host.run(['resize2fs', device], { timeoutMs: long });
  }
}

/** Runs sfdisk under the lock that udev respects. partx updates the kernel afterwards: sfdisk would drop partitions in use. */
const sfdisk = (disk: string, input: string, host: Host) =>
  host.run(['flock', '--timeout', '60', disk, 'sfdisk', '--no-reread', '--no-tell-kernel', '--force', disk], { input });

async function tellKernel(step: { disk: string; number: number; to: number }, host: Host): Promise<void> {
  const { disk, number, to } = step;
  await host.run(['partx', '--update', '--nr', `${number}`, disk]);
  const path = partitionNode(disk, number);
  const now = await blockAt(path, host);
  // To the kernel, an extended partition has two sectors regardless of its size.
  if (now && now.bytes !== to && now.bytes > 1024) {
    throw new Problem('not-possible', `The kernel takes ${path} for ${now.bytes} bytes, not ${to}`);
  }
}

/** Writes a changed table, and restores the old one if anything fails; a copy stays in /run. */
async function rewritten(
  { disk, dump: backup }: { readonly disk: string; readonly dump: string },
  host: Host,
  change: (write: (change: DumpChange) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const copy = `${ownPaths.runtime}/${disk.slice('/dev/'.length).replaceAll('/', '-')}.sfdisk`;
  await host.writeFile(copy, backup, { mode: 0o600 });
  try {
    await change((what) => sfdisk(disk, changedDump(backup, what), host));
  } catch (error) {
    const problem = asProblem(error);
    await sfdisk(disk, backup, host).catch((cause) => {
      const text = `${problem.message}; and the old partition table could not be put back: ${asProblem(cause).message}`;
      throw new Problem('command-failed', text, { cause });
    });
    // Restores what the kernel holds of the old table; its exit code does not matter.
    await host.run(['partx', '--update', disk], { accept: [0, 1] }).catch(ignoreMissing);
    throw new Problem(problem.code, `${problem.message}; the partition table is as it was`, {
      cause: error,
      stderrTail: problem.stderrTail ?? '',
    });
  }
}

function ignoreMissing(error: unknown): void {
  if (asProblem(error).code !== 'command-missing') throw error;
}
