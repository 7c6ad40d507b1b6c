import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { imageModeMark, physicalRoot } from '../../agent/base/image-mode.ts';
import type { PlanItem } from '../../agent/engine/change.ts';
import type { Host } from '../../agent/host/host.ts';
import { linux } from '../../agent/host/linux.ts';
import { insist, loopDisk, run } from '../support/disks/loop-disk.ts';
import { GiB } from '../support/facts.ts';
import { applied, previewed } from '../support/laws.ts';

const plan: PlanItem[] = [{ at: 'growpart', changes: [{ kind: 'growth', target: '/' }] }];

/** This machine, with the mark of image mode, and with a mount shown as the physical root. */
function inImageMode(mounted: string, mark: string): Host {
  const host = linux({ root: '/', offline: false });
  return {
    ...host,
    stat: (path) => host.stat(path === imageModeMark ? mark : path),
    async readText(path) {
      const text = await host.readText(path);
      return path === '/proc/self/mountinfo' ? text?.replace(` ${mounted} `, ` ${physicalRoot} `) : text;
    },
  };
}

describe('a system in image mode', () => {
  test('grows the physical root, an xfs on /sysroot that is mounted read-only, through a mount that can be written', async () => {
    using made = new DisposableStack();
    const disk = made.use(loopDisk(2 * GiB, 'label: gpt\nstart=1MiB, size=64MiB\nstart=65MiB\n'));
    run('mkfs.xfs', '-q', '-f', disk.part(2));
    const physical = disk.mount(2);
    const variable = mkdtempSync(join(tmpdir(), 'bootagent-var-'));
    made.defer(() => rmSync(variable, { recursive: true }));
    mkdirSync(join(physical, 'var'));
    run('mount', '--bind', join(physical, 'var'), variable);
    made.defer(() => insist(() => run('umount', variable)));
    run('mount', '-o', 'remount,bind,ro', physical);
    assert.throws(() => writeFileSync(join(physical, 'file'), ''), { code: 'EROFS' });
    const mark = join(variable, 'mark');
    writeFileSync(mark, '');
    disk.grow(8 * GiB);

    const host = inImageMode(physical, mark);
    const [step] = await applied(plan, host);
    assert.equal(step?.outcome, 'made', JSON.stringify(step));
    const { blocks, bsize } = statfsSync(variable);
    assert.ok(blocks * bsize > 7 * GiB, `${blocks * bsize} bytes`);
    assert.equal((await previewed(plan, host))[0]?.outcome, 'holds');
  });
});
