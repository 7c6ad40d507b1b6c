import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { imageModeMark } from '../../../agent/base/image-mode.ts';
import type { Change } from '../../../agent/engine/change.ts';
import { applied } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';

const programs = {
  setpriv: (args: readonly string[]) =>
    args.includes('vim') ? { code: 1, stdout: 'package vim is not installed\n' } : '',
  timedatectl: () => 'NTP=no\nNTPSynchronized=yes\n',
  dnf: () => '',
};

async function told(change: Change, files: Readonly<Record<string, string>>) {
  const host = memoryHost({ programs, files });
  const [step] = await applied([{ at: 'packages', changes: [change] }], host);
  const text = step?.outcome === 'failed' ? `${step.problem.message} ${step.problem.hint}` : step?.outcome;
  return { text, dnf: host.did.filter((each) => each.startsWith('run dnf')) };
}

describe('packages in image mode', () => {
  const mark = { [imageModeMark]: '' };
  const changes: readonly Change[] = [
    { kind: 'packages', manager: 'dnf', names: ['vim'] },
    { kind: 'package-files', manager: 'dnf', names: ['/root/vim.rpm'] },
    { kind: 'package-upkeep', manager: 'dnf', does: 'upgrade' },
  ];
  for (const change of changes) {
    test(`${change.kind} are refused with the reason, and dnf does not run`, async () => {
      const { text, dnf } = await told(change, mark);
      assert.match(text ?? '', /this system is in image mode \(\/run\/ostree-booted exists\).*Containerfile/);
      assert.deepEqual(dnf, []);
    });
  }

  test('what the image contains already is no failure', async () => {
    assert.equal((await told({ kind: 'packages', manager: 'dnf', names: ['bash'] }, mark)).text, 'holds');
  });

  test('elsewhere, dnf is started', async () => {
    const { text, dnf } = await told({ kind: 'packages', manager: 'dnf', names: ['vim'] }, {});
    assert.doesNotMatch(text ?? '', /image mode/);
    assert.equal(dnf.length, 1, text ?? '');
  });
});
