import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlanItem } from '../../agent/engine/change.ts';
import type { Output } from '../../agent/host/host.ts';
import { apply } from '../../agent/resources/index.ts';
import { rebootReason } from '../../agent/resources/packages/reboot-required.ts';
import { packageReboot, packages } from '../../modules/packages/module.ts';
import { dnfMachine } from '../support/dnf-machine.ts';
import { context } from '../support/facts.ts';
import { applied, laws, previewed } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

const debian = context({ programs: ['apt-get'] });
const changesOf = (yaml: string, where = context()) =>
  plan(packages, yaml, where).flatMap(({ changes }) =>
    changes.map((change) => {
      if (change.kind !== 'packages') return change;
      const { asked: _, ...rest } = change;
      return rest;
    }),
  );
const notesOf = (yaml: string, where = context()): string[] =>
  plan(packages, yaml, where).flatMap(({ notes = [] }) => notes.map(({ level, text }) => `${level}: ${text}`));

describe('packages', () => {
  for (const yaml of ['hostname: a', 'packages: []', 'package_upgrade: false\npackage_update: false']) {
    test(`plans nothing for ${JSON.stringify(yaml)}`, () => {
      assert.deepEqual(plan(packages, yaml), []);
    });
  }

  test('takes groups and conditions on a version, whose names have blanks', () => {
    assert.deepEqual(changesOf('packages: ["@Development Tools", "foo >= 1.2", bar]'), [
      { kind: 'packages', manager: 'dnf', names: ['bar'] },
      { kind: 'package-files', manager: 'dnf', names: ['@Development Tools', 'foo >= 1.2'] },
    ]);
    for (const name of ['foo bar', '@a b;c', 'foo >=', '-y foo']) {
      assert.match(foundIn(packages, `packages: ["${name}"]`).join(), /is not a name or version of a package/);
    }
  });

  test('takes the old names of the switches, with a warning', () => {
    const upkeep = (yaml: string) => planned(packages, yaml, debian).plan.flatMap(({ changes }) => changes);
    assert.deepEqual(upkeep('apt_update: true'), [{ kind: 'package-upkeep', manager: 'apt', does: 'refresh' }]);
    const upgrade = [{ kind: 'package-upkeep', manager: 'apt', does: 'upgrade' }];
    assert.deepEqual(upkeep('apt_upgrade: true\npackage_upgrade: false'), upgrade);
    assert.deepEqual(foundIn(packages, 'apt_update: true'), [
      'user-data:1:13 apt_update: an old name for "package_update"',
    ]);
    const { plan } = planned(packageReboot, 'apt_upgrade: yes\napt_reboot_if_required: true', debian);
    assert.deepEqual(
      plan.map(({ changes }) => changes.map(({ kind }) => kind)),
      [['reboot-if-required']],
    );
  });

  test('asks apt on a Debian that has dnf as a tool for images', () => {
    const both = context({ programs: ['dnf', 'apt-get'] });
    assert.deepEqual(changesOf('packages: [a]', both), [{ kind: 'packages', manager: 'dnf', names: ['a'] }]);
    const os = { ...both.facts.os, family: 'debian' } as const;
    const here = context({ programs: ['dnf', 'apt-get'], os });
    assert.deepEqual(changesOf('packages: [a]', here), [{ kind: 'packages', manager: 'apt', names: ['a'] }]);
  });

  test('takes all forms of an entry', () => {
    const yaml = 'packages: [cvmfs, [htop, 3.2.1], {dnf: [git, [vim, 9]], yum: tmux, apt: [x]}, {snap: [y]}, cvmfs]';
    assert.deepEqual(changesOf(yaml), [
      { kind: 'packages', manager: 'dnf', names: ['cvmfs', 'htop-3.2.1', 'git', 'vim-9', 'tmux'] },
    ]);
    assert.deepEqual(notesOf(yaml), [
      'note: x is meant for apt, and this is a machine of dnf',
      'warning: y is not installed: bootagent does not use snap',
    ]);
    assert.deepEqual(changesOf('packages: [[htop, 3.2.1]]', debian), [
      { kind: 'packages', manager: 'apt', names: ['htop=3.2.1'] },
    ]);
  });

  test('are told where they were asked for, when they cannot be had', async () => {
    const asked = plan(packages, 'packages: [a, [b, 2], {dnf: [c]}, /x.rpm, /y.rpm]');
    assert.deepEqual(
      asked.map(({ at }) => at),
      ['packages', 'packages[3]'],
    );
    const [step] = await applied(asked, dnfMachine({ available: ['a', 'b-2'] }));
    assert.equal(step?.outcome === 'failed' && step.problem.at, 'packages[2].dnf[0]');
  });

  test('installs once what no database can be asked for', () => {
    assert.deepEqual(changesOf('packages: [a, "@development", https://x/y.rpm, /tmp/z.rpm]'), [
      { kind: 'packages', manager: 'dnf', names: ['a'] },
      { kind: 'package-files', manager: 'dnf', names: ['@development', 'https://x/y.rpm', '/tmp/z.rpm'] },
    ]);
  });

  test('upgrades before it installs, as the seeds want it', () => {
    const kinds = changesOf('packages: [a]\npackage_update: true\npackage_upgrade: true').map(({ kind }) => kind);
    assert.deepEqual(kinds, ['package-upkeep', 'packages']);
  });

  for (const [program, why] of [
    ['bash', 'there is neither dnf, yum nor apt-get here'],
    ['zypper', 'bootagent does not know zypper'],
  ] as const) {
    test(`are told as not installed on a machine of ${program}, in a plan too`, async () => {
      const where = context({ programs: [program] });
      const asked = plan(packages, 'packages: [a, /b.rpm]\npackage_upgrade: true', where);
      for (const [step] of [await previewed(asked, memoryHost()), await applied(asked, memoryHost())]) {
        assert.ok(step?.outcome === 'failed');
        const { code, message } = step.problem;
        assert.deepEqual([code, message], ['not-installed', `No package is installed: ${why}`]);
      }
      const [upkeep] = plan(packages, 'package_upgrade: true', where);
      assert.deepEqual([upkeep?.at, upkeep?.notes?.[0]?.level], ['package_upgrade', 'warning']);
    });
  }

  for (const [yaml, found] of [
    ['[--installroot=/]', '1:12 packages[0]: "--installroot=/" is not a name or version of a package'],
    ['["a b"]', '1:12 packages[0]: "a b" is not a name or version of a package'],
    ['[[a, 1, 2]]', '1:12 packages[0]: expected a package, or a list of its name and version'],
    ['[{pip: [x]}]', '1:13 packages[0].pip: "pip" is not a package manager; one of apt, dnf, yum, rpm, snap, zypper'],
  ] as const) {
    test(`tells what is wrong with ${yaml}, and keeps the rest`, () => {
      assert.deepEqual(foundIn(packages, `packages: ${yaml}`), [`user-data:${found}`]);
      const { plan } = planned(packages, `packages: ${yaml.slice(0, -1)}, good]`);
      const asked = { good: 'packages[1]' };
      assert.deepEqual(plan[0]?.changes, [{ kind: 'packages', manager: 'dnf', names: ['good'], asked }]);
    });
  }
});

const item = (...names: string[]): PlanItem[] => [
  { at: 'packages', changes: [{ kind: 'packages', manager: 'dnf', names }] },
];
const dnfCalls = ({ did }: { did: readonly string[] }): string[] =>
  did.filter((each) => each.startsWith('run dnf')).map((each) => each.replace(/.*install /, ''));

describe('installing', () => {
  test('asks for what is missing alone, in one go', async () => {
    const host = dnfMachine({ installed: ['a'], available: ['b', 'c'] });
    const [step] = await previewed(item('a', 'b', 'c'), host);
    assert.equal(step?.outcome === 'due' && step.difference.why, 'lacks b, c');
    await applied(item('a', 'b', 'c'), host);
    assert.deepEqual(dnfCalls(host), ['b c']);
  });

  test('loses one bad name, not its neighbours', async () => {
    const host = dnfMachine({ available: ['a', 'c'] });
    const [step] = await applied(item('a', 'bad', 'c'), host);
    assert.equal(
      step?.outcome === 'failed' && step.problem.message,
      'dnf could not install 1 of 3: bad (Unable to find a match: bad)',
    );
    assert.deepEqual(dnfCalls(host), ['a bad c', 'a', 'bad', 'c']);
  });

  for (const says of [
    'Error: Failed to download metadata for repo x: Status code: 503',
    'Ignoring repositories: x\nError: Unable to find a match: a',
  ]) {
    test(`outlasts more than a minute of ${JSON.stringify(says)}`, async () => {
      const host = dnfMachine({ available: ['a'], failing: 4, says });
      const [step] = await applied(item('a'), host);
      assert.equal(step?.outcome, 'made');
      assert.ok(host.now() > 60_000);
    });
  }

  for (const says of [
    "can't create transaction lock on /var/lib/rpm/.rpm.lock",
    'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7',
  ]) {
    test(`waits ten minutes for another at work: ${JSON.stringify(says)}`, async () => {
      const host = dnfMachine({ available: ['a'], failing: 100, says });
      const [step] = await applied(item('a'), host);
      assert.equal(step?.outcome, 'made');
      const [late] = await applied(item('a'), dnfMachine({ available: ['a'], failing: 999, says }));
      assert.equal(late?.outcome, 'failed');
    });
  }

  test('reports the wait for a lock when it begins, more and more rarely while it lasts, and when it is over', async () => {
    const says = "can't create transaction lock on /var/lib/rpm/.rpm.lock";
    const waits: string[] = [];
    const waiting = (what: string, ms: number, ended: boolean) =>
      void waits.push(`${what} ${ms / 1000}${ended ? ' ended' : ''}`);
    for (const each of item('a'))
      await apply(each, dnfMachine({ available: ['a'], failing: 6, says }), memoryLedger(), { waiting });
    assert.deepEqual(waits, [
      'waiting for the dnf lock 0',
      'waiting for the dnf lock 10',
      'waiting for the dnf lock 20',
      'waiting for the dnf lock 30 ended',
    ]);
  });

  test('gives up in the end', async () => {
    const host = dnfMachine({ available: ['a'], failing: 99, says: 'Error: Curl error (7): connection refused' });
    const [step] = await applied(item('a'), host);
    assert.equal(
      step?.outcome === 'failed' && step.problem.message,
      'dnf could not install: a (Curl error (7): connection refused)',
    );
  });

  test('waits for a clock that is being set, but no longer than ten seconds', async () => {
    const clocks = ['no', 'no', 'yes'];
    const host = memoryHost({
      programs: {
        timedatectl: () => `NTP=yes\nNTPSynchronized=${clocks.length > 1 ? clocks.shift() : clocks[0]}\n`,
        dnf: () => '',
      },
    });
    const refresh: PlanItem[] = [{ at: 'x', changes: [{ kind: 'package-upkeep', manager: 'dnf', does: 'refresh' }] }];
    await applied(refresh, host);
    assert.equal(host.now(), 1000);
    const never = memoryHost({ programs: { timedatectl: () => 'NTP=yes\nNTPSynchronized=no\n', dnf: () => '' } });
    await applied(refresh, never);
    assert.equal(never.now(), 10_000);
  });

  test('asks dpkg for names, versions and what is provided', async () => {
    const host = memoryHost({
      programs: {
        'dpkg-query': () => 'ii \ta\t1.0\t\nrc \tgone\t1\t\nii \tmawk\t1.3\tawk, x (= 2)\n',
      },
    });
    const names = ['a', 'a=1.0', 'a=2', 'a:amd64', 'gone', 'awk', 'x', 'y'];
    const [step] = await previewed([{ at: 'p', changes: [{ kind: 'packages', manager: 'apt', names }] }], host);
    assert.equal(step?.outcome === 'due' && step.difference.why, 'lacks a=2, gone, y');
  });

  laws('packages', item('a', 'b'), () => dnfMachine({ available: ['a', 'b'] }));
});

describe('a restart that packages need', () => {
  const machine = (files: Record<string, string>, code = 0, dnf: Output = { code: 127, stdout: '', stderr: '' }) =>
    memoryHost({ files, programs: { 'needs-restarting': () => ({ code }), dnf: () => dnf, systemctl: () => '' } });
  const plugin = (code: number, stdout: string, stderr = ''): Output => ({ code, stdout, stderr });

  for (const [what, host, reason] of [
    ['nothing', machine({ '/boot/vmlinuz-5.14.0-427.el9': '' }), undefined],
    ['a mark', machine({ '/run/reboot-required': '' }), '/run/reboot-required is there'],
    [
      'a newer kernel',
      machine({
        '/boot/vmlinuz-5.14.0-427.el9': '',
        '/boot/vmlinuz-5.14.0-1000.el9': '',
        '/boot/vmlinuz-0-rescue-x': '',
      }),
      'kernel 5.14.0-1000.el9 is installed and 5.14.0-427.el9 runs',
    ],
    ['what needs-restarting knows', machine({}, 1), 'needs-restarting says so'],
    ['no such program', machine({}, 127), undefined],
    [
      "dnf's plugin alone",
      machine(
        {},
        127,
        plugin(1, 'Core libraries have been updated:\n\nReboot is required to fully utilize these updates.'),
      ),
      'needs-restarting says so',
    ],
    ["dnf's plugin, which sees no need", machine({}, 127, plugin(0, 'Reboot should not be necessary.')), undefined],
    ['a dnf without the plugin', machine({}, 127, plugin(1, '', 'No such command: needs-restarting.')), undefined],
  ] as const) {
    test(`is found by ${what}`, async () => {
      assert.equal(await rebootReason(host, '5.14.0-427.el9'), reason);
    });
  }

  test('says nothing of packages that the module before it has told already', () => {
    assert.deepEqual(foundIn(packageReboot, 'packages: {a: b}\npackage_reboot_if_required: true'), []);
  });

  test('is asked for with packages alone, and done once', async () => {
    const asked = plan(packageReboot, 'packages: [a]\npackage_reboot_if_required: true');
    assert.deepEqual(plan(packageReboot, 'package_reboot_if_required: true'), []);
    const host = machine({ '/run/reboot-needed': '' });
    const [step] = await applied(asked, host);
    assert.equal(step?.outcome === 'made' && step.note, 'the machine restarts: /run/reboot-needed is there');
    assert.equal(host.did.at(-1), 'run systemctl --no-block reboot');
  });
});
