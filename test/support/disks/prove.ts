import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Host } from '../../../agent/host/host.ts';
import { applied, previewed } from '../laws.ts';
import { type Case, GiB, MiB, make, size, TiB } from './growth-case.ts';
import { endOf, shapeOf } from './shape.ts';

/** Grows a disk of the matrix and checks every property that is claimed of a growth. */
export async function prove(each: Case, host: Host): Promise<void> {
  using made = make(each);
  const { disk, number, plan } = made;
  const before = shapeOf(disk.path);
  const [due] = await previewed(plan, host);
  const [step] = await applied(plan, host);
  assert.notEqual(step?.outcome, 'failed', JSON.stringify(step));
  assert.equal(step?.outcome, due?.outcome === 'due' ? 'made' : due?.outcome);
  if (step?.outcome === 'made' && due?.outcome === 'due') assert.deepEqual(step.difference, due.difference);

  const left = reachOf(each) - endOf(disk.path, number);
  assert.ok(left >= 0 && left <= MiB, `${left} bytes are left`);
  const after = shapeOf(disk.path);
  assert.deepEqual(after.others(number), before.others(number));
  assert.deepEqual(after.identity(number), before.identity(number));
  assert.equal(after.bootCode, before.bootCode);
  assert.deepEqual((await previewed(plan, host))[0]?.outcome, 'holds');
  assert.match(
    step && 'note' in step ? (step.note ?? '') : due?.outcome === 'due' ? due.difference.why : '',
    remarkOf(each),
  );
  // growpart, the usual tool for this, finds nothing left to do: it exits with 1 (NOCHANGE).
  const oracle = spawnSync('growpart', ['--dry-run', disk.path, `${number}`], { encoding: 'utf8' });
  if (each.place !== 'read-only disk') assert.equal(oracle.status, 1, oracle.stdout + oracle.stderr);
  made.check();
}

/** Returns the maximum end of the partition of a case, in bytes. */
function reachOf({ table, place, by }: Case): number {
  if (place === 'read-only disk') return size;
  if (place === 'followed') return 800 * MiB;
  return table === 'dos' ? Math.min(size + by, 2 * TiB) : size + by;
}

/** Returns the pattern of the remark that is reported as well. */
function remarkOf({ table, place, by }: Case): RegExp {
  if (by < 2 * MiB) return /^/;
  if (place === 'followed') return /partition 2 is not the last: partition 3 lies between it and the free \d+ MiB/;
  if (place === 'read-only disk') return /\/dev\/loop\d+ is read-only/;
  if (place === 'read-only') return /is mounted read-only and stays at 959\.0 MiB|is mounted read-only and stays at/;
  return table === 'dos' && by > 2 * TiB ? /an MBR reaches no further than 2 TiB: \d+ GiB stay unused/ : /^/;
}

/** {GPT, MBR} x {ext4, xfs, btrfs} x {position of the partition} x {no growth, a little, much, more than an MBR holds}. */
export const matrix = (): Case[] =>
  (['gpt', 'dos'] as const).flatMap((table) =>
    (['ext4', 'xfs', 'btrfs'] as const).flatMap((type) =>
      (['plain', 'followed', 'logical', 'read-only', 'read-only disk'] as const)
        .filter((place) => place !== 'logical' || table === 'dos')
        .flatMap((place) =>
          [0, MiB, 10 * GiB, ...(place === 'plain' ? [2.5 * TiB] : [])].map((by) => ({ table, type, place, by })),
        ),
    ),
  );
