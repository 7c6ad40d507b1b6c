import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change, PlanItem } from '../../../agent/engine/change.ts';
import { applied, laws, previewed } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';

const unit =
  '[Unit]\nDescription=x\n\n[Install]\nAlias=batch.service\nWantedBy=multi-user.target\n\n[Other]\nWantedBy=no.target\n';
const there = { '/usr/lib/systemd/system/condor.service': unit };
const plan = (boot: Extract<Change, { kind: 'service' }>['boot'], name = 'condor.service'): PlanItem[] => [
  { at: 'services', changes: [{ kind: 'service', unit: name, boot }] },
];
const offline = (links: Record<string, string> = {}) => memoryHost({ files: there, links, offline: true });
const on = { '/etc/systemd/system/multi-user.target.wants/condor.service': '/usr/lib/systemd/system/condor.service' };

for (const boot of ['enabled', 'disabled', 'masked', 'unmasked'] as const) {
  laws(`a service of a tree, ${boot}`, plan(boot), () => offline(boot === 'disabled' ? on : {}));
}

describe('a service of a tree that does not run', () => {
  test('is enabled by the links that systemctl would make', async () => {
    const host = offline();
    await applied(plan('enabled'), host);
    assert.deepEqual(host.did, [
      'link /etc/systemd/system/multi-user.target.wants/condor.service /usr/lib/systemd/system/condor.service',
      'link /etc/systemd/system/batch.service /usr/lib/systemd/system/condor.service',
    ]);
  });
});

describe('a service of this machine', () => {
  test('is enabled by systemctl, which knows more', async () => {
    const host = memoryHost({ files: there, programs: { systemctl: () => '' } });
    await applied(plan('enabled'), host);
    assert.deepEqual(host.did, ['run systemctl enable condor.service']);
  });

  for (const [what, given, boot, outcome] of [
    ['not installed', {}, 'enabled', 'due'],
    ['not installed', {}, 'disabled', 'holds'],
    ['enabled already', { files: there, links: on }, 'enabled', 'holds'],
    ['masked', { files: there, links: { '/etc/systemd/system/condor.service': '/dev/null' } }, 'enabled', 'due'],
    [
      'started by others alone',
      { files: { '/usr/lib/systemd/system/condor.service': '[Unit]\n' } },
      'enabled',
      'holds',
    ],
    [
      'an init script that is on',
      { files: { '/etc/init.d/condor': '', '/etc/rc3.d/S90condor': '' } },
      'enabled',
      'holds',
    ],
    ['an init script that is off', { files: { '/etc/init.d/condor': '' } }, 'enabled', 'due'],
  ] as const) {
    test(`${what}, asked to be ${boot}: ${outcome}`, async () => {
      const [step] = await previewed(plan(boot), memoryHost(given));
      assert.equal(step?.outcome, outcome);
    });
  }

  for (const [verb, change] of [
    ['enabled', { kind: 'service', unit: 'no.service', boot: 'enabled' }],
    ['started', { kind: 'running', unit: 'no.service', is: 'started' }],
  ] as const) {
    test(`that is not installed cannot be ${verb}, which is said with what to do`, async () => {
      const systemctl = () => ({ code: 5, stderr: 'Failed to start no.service: Unit no.service not found.' });
      const [step] = await applied([{ at: 'services', changes: [change] }], memoryHost({ programs: { systemctl } }));
      assert.ok(step?.outcome === 'failed');
      const { code, message, hint } = step.problem;
      assert.deepEqual([code, message], ['not-installed', 'No unit no.service is installed']);
      assert.match(hint, /Add the package that brings no\.service/);
    });
  }
});
