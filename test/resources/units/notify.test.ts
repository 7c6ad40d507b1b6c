import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlanItem } from '../../../agent/engine/change.ts';
import { applied } from '../../support/laws.ts';
import { type Given, memoryHost } from '../../support/memory-host.ts';

const plan: PlanItem[] = [{ at: 'x', changes: [{ kind: 'notify', what: 'reload', unit: 'ssh.service' }] }];
const unit = { '/usr/lib/systemd/system/ssh.service': '' };
/** Another service is active, which shows that this systemd keeps such links. */
const kept = { '/run/systemd/units/invocation:dbus.service': '0a1b' };

describe('a service that is to read its settings anew', () => {
  for (const [claim, { files = {}, links = {} }, isTold] of [
    ['is not told where it is not active: it reads them when it starts', { files: unit, links: kept }, false],
    [
      'is told where it is active',
      { files: unit, links: { ...kept, '/run/systemd/units/invocation:ssh.service': '2c3d' } },
      true,
    ],
    ['is told where systemd keeps no links of what is active', { files: unit }, true],
    [
      'is told where it has processes, whatever else',
      { files: { ...unit, '/sys/fs/cgroup/system.slice/ssh.service/cgroup.procs': '1\n' }, links: kept },
      true,
    ],
    [
      'is told where it has processes in a tree of systemd’s own',
      { files: { ...unit, '/sys/fs/cgroup/systemd/system.slice/ssh.service/cgroup.procs': '1\n' }, links: kept },
      true,
    ],
    [
      'is told where its name stands for another, which is what links are kept by',
      {
        files: { '/usr/lib/systemd/system/openssh.service': '' },
        links: { ...kept, '/etc/systemd/system/ssh.service': '/usr/lib/systemd/system/openssh.service' },
      },
      true,
    ],
    ['is told where nobody knows its file', { links: kept }, true],
  ] as const satisfies readonly (readonly [string, Given, boolean])[]) {
    test(claim, async () => {
      const host = memoryHost({ files, links, programs: { systemctl: () => '' } });
      const [step] = await applied(plan, host);
      assert.equal(step?.outcome, 'made');
      assert.deepEqual(host.did, isTold ? ['run systemctl --no-block try-reload-or-restart ssh.service'] : []);
    });
  }
});
