import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../agent/base/problem.ts';
import type { Change, PlanItem } from '../../agent/engine/change.ts';
import { apply, keyOf } from '../../agent/resources/index.ts';
import { applied, laws, previewed } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { memoryLedger } from '../support/memory-ledger.ts';

const config: Change = { kind: 'file', path: '/etc/a.conf', content: 'a\n', mode: 0o644 };
const restart: Change = { kind: 'notify', what: 'restart', unit: 'a.service', follows: config };
const served: PlanItem = { at: 'a', changes: [config, restart] };
const systemctl = { programs: { systemctl: () => '' } };

const told = (steps: Awaited<ReturnType<typeof previewed>>): string[] =>
  steps.map((step) => {
    const more = 'difference' in step ? step.difference.why : 'problem' in step ? step.problem.message : '';
    return `${keyOf(step.change)}: ${step.outcome} ${more}`.trim();
  });

laws('a file and the service that reads it', [served], () => memoryHost(systemctl));
laws(
  'two edits of one file',
  [
    { at: 'x', changes: [{ kind: 'edit', path: '/etc/x', edit: { syntax: 'lines', drop: 'A=', put: 'A=1' } }] },
    { at: 'y', changes: [{ kind: 'edit', path: '/etc/x', edit: { syntax: 'lines', drop: 'A=', put: 'A=1' } }] },
  ],
  () => memoryHost(),
);

describe('a change that follows another', () => {
  test('is due when that one is, and not otherwise', async () => {
    assert.deepEqual(told(await previewed([served], memoryHost(systemctl))), [
      'file /etc/a.conf: due does not exist',
      'notify a.service: due follows file /etc/a.conf',
    ]);
    const there = memoryHost({ ...systemctl, files: { '/etc/a.conf': 'a\n' } });
    assert.deepEqual(told(await previewed([served], there)), ['file /etc/a.conf: holds', 'notify a.service: holds']);
  });

  test('is still owed after a crash between the two', async () => {
    const ledger = memoryLedger();
    const host = memoryHost({
      programs: {
        systemctl: () => {
          throw new Error('power lost');
        },
      },
    });
    await apply(served, host, ledger);
    const after = memoryHost({ ...systemctl, files: { '/etc/a.conf': host.text('/etc/a.conf') ?? '' } });
    assert.deepEqual(told(await previewed([served], after, ledger)), [
      'file /etc/a.conf: holds',
      'notify a.service: due follows file /etc/a.conf',
    ]);
    await apply(served, after, ledger);
    assert.deepEqual(after.did, ['run systemctl --no-block try-restart a.service']);
    assert.equal(ledger.owed.size, 0);
  });
});

describe('a change that fails', () => {
  test('costs the rest of its item and nothing of the next', async () => {
    const host = memoryHost({ directories: ['/etc/a.conf'] });
    const next: PlanItem = { at: 'b', changes: [{ kind: 'directory', path: '/b' }] };
    const steps = await applied(
      [{ at: 'a', changes: [{ kind: 'link', path: '/l', target: 'x' }, restartOf('l')] }, next],
      {
        ...host,
        link: async () => {
          throw new Error('disk full');
        },
      },
    );
    assert.deepEqual(told(steps), [
      'link /l: failed disk full',
      'notify l: skipped',
      'directory /b: made does not exist',
    ]);
  });

  test('is one that does not hold after it was made without an error', async () => {
    const host = { ...memoryHost(), makeDirectory: async () => {} };
    assert.deepEqual(told(await applied([{ at: 'd', changes: [{ kind: 'directory', path: '/d' }] }], host)), [
      'directory /d: failed directory /d was applied, but it still does not exist',
    ]);
  });
});

test('what an act found is kept with the mark that it is done', async () => {
  const ledger = memoryLedger();
  const keys = { kind: 'inherited-keys', known: [] } as const;
  const host = memoryHost({
    files: {
      '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
      '/root/.ssh/authorized_keys':
        'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl old\n',
    },
  });
  await apply({ at: 'keys', changes: [keys] }, host, ledger);
  const [[, entries]] = [...ledger.records] as [[string, { is: string; note?: string }[]]];
  assert.match(entries.find(({ is }) => is === 'ended')?.note ?? '', /^the image brought keys .*: root: 256 SHA256:/);
});

describe('what only a running machine or only root can do', () => {
  const service: PlanItem = { at: 's', changes: [{ kind: 'running', unit: 'a.service', is: 'started' }] };
  test('is deferred in a tree that does not run', async () => {
    const [step] = await applied([service], memoryHost({ offline: true }));
    assert.deepEqual(step?.outcome === 'deferred' && step.because, 'at the next boot');
  });
  test('is deferred without root', async () => {
    const [step] = await applied([service], memoryHost({ privileged: false }));
    assert.deepEqual(step?.outcome === 'deferred' && step.because, 'needs root');
  });
  test('is unknown to a preview that may not look', async () => {
    const refused = async () => {
      throw new Problem('file-failed', 'Cannot look', { cause: { code: 'EACCES' } });
    };
    const host = { ...memoryHost({ privileged: false }), stat: refused };
    const [step] = await previewed([{ at: 'd', changes: [{ kind: 'directory', path: '/root/d' }] }], host);
    assert.equal(step?.outcome, 'unknown');
  });
});

function restartOf(unit: string): Change {
  return { kind: 'notify', what: 'restart', unit };
}
