import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { PlanItem } from '../../../agent/engine/change.ts';
import type { SubscriptionStep } from '../../../agent/engine/kinds/subscription.ts';
import { programProblem, runProgram } from '../../../agent/host/processes.ts';
import { apply } from '../../../agent/resources/index.ts';
import { argumentsFromInput } from '../../../agent/resources/packages/subscription-manager.ts';
import { applied } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { memoryLedger } from '../../support/memory-ledger.ts';

const byKey: SubscriptionStep = { does: 'register', account: { activationKey: 'key-1234', org: '7' } };
const plan = (step: SubscriptionStep): readonly PlanItem[] => [
  { at: 'rh_subscription', changes: [{ kind: 'subscription', ...step }] },
];

interface Machine {
  readonly registered?: boolean;
  readonly shebang?: string;
  readonly fails?: string;
  readonly consumed?: string;
}

/** Returns a machine whose subscription-manager reads its registration from whether it was registered before. */
function machine({
  registered = false,
  shebang = '#!/usr/libexec/platform-python -Es',
  fails,
  consumed = '',
}: Machine = {}) {
  let isRegistered = registered;
  const inputs: string[] = [];
  const host = memoryHost({
    files: { '/usr/sbin/subscription-manager': `${shebang}\nimport sys\n` },
    programs: {
      'subscription-manager': ([command]) => {
        if (command === 'identity')
          return isRegistered ? 'system identity: 1\n' : { code: 1, stdout: 'not registered' };
        if (command === 'list') return consumed;
        return fails === undefined ? '' : { code: 1, stderr: fails };
      },
      '/usr/libexec/platform-python': (_, __, input) => {
        inputs.push(input);
        if (fails !== undefined) return { code: 70, stdout: fails };
        isRegistered = true;
        return '';
      },
    },
  });
  /** Fails as the host of a real machine does, with the last lines of the output. */
  const run: typeof host.run = async (argv, options) => {
    const output = await host.run(argv, { ...options, accept: [0, 1, 70] });
    if ((options?.accept ?? [0]).includes(output.code)) return output;
    throw programProblem(argv, output);
  };
  return { host: { ...host, run }, inputs, ran: () => host.did.filter((each) => each.startsWith('run ')) };
}

const problemOf = async (step: SubscriptionStep, given?: Machine) => {
  const [result] = await applied(plan(step), machine(given).host);
  return result?.outcome === 'failed' ? result.problem : assert.fail(`${result?.outcome}`);
};

describe('registration', () => {
  test('gets the activation key on standard input, not on the command line', async () => {
    const { host, inputs, ran } = machine();
    await applied(plan({ ...byKey, server: 'sat.example.org', baseUrl: 'https://sat.example.org/pulp' }), host);
    assert.deepEqual(
      inputs.map((each) => JSON.parse(each)),
      [
        [
          '/usr/sbin/subscription-manager',
          'register',
          '--activationkey=key-1234',
          '--org=7',
          '--baseurl=https://sat.example.org/pulp',
          '--serverurl=sat.example.org',
        ],
      ],
    );
    assert.match(ran()[1] ?? '', /^run \/usr\/libexec\/platform-python -Es -I -c /);
    assert.doesNotMatch(ran().join(), /key-1234/);
  });

  test('with an account passes its name and password', async () => {
    const { host, inputs } = machine();
    await applied(plan({ does: 'register', account: { username: 'joe', password: 'p w"\'' } }), host);
    assert.deepEqual(JSON.parse(inputs[0] ?? '').slice(2), ['--username=joe', '--password=p w"\'']);
  });

  test('of a registered machine stays', async () => {
    const { host, inputs } = machine({ registered: true });
    const [result] = await applied(plan(byKey), host);
    assert.match((result?.outcome === 'made' && result.note) || '', /already registered/);
    assert.deepEqual(inputs, []);
  });

  test('runs once, and again with --force when its settings changed', async () => {
    const { host, inputs } = machine();
    const ledger = memoryLedger();
    for (const org of ['7', '7', '8', '8']) {
      const step: SubscriptionStep = { does: 'register', account: { activationKey: 'key-1234', org } };
      for (const item of plan(step)) await apply(item, host, ledger);
    }
    assert.equal(inputs.length, 2);
    assert.doesNotMatch(inputs[0] ?? '', /--force/);
    assert.match(inputs[1] ?? '', /"--org=8","--force"/);
  });

  test('that fails is tried again, and reports its reason without the secret', async () => {
    const { code, message, stderrTail, cause } = await problemOf(byKey, { fails: 'Invalid key: key-1234' });
    assert.deepEqual(
      [code, message, stderrTail, cause],
      ['command-failed', 'subscription-manager register failed', 'Invalid key: ********', undefined],
    );
    const { host, inputs } = machine({ fails: 'no network' });
    const ledger = memoryLedger();
    for (const item of [...plan(byKey), ...plan(byKey)]) await apply(item, host, ledger);
    assert.equal(inputs.length, 2);
  });

  test('without subscription-manager names its package', async () => {
    const [result] = await applied(plan(byKey), memoryHost());
    const problem = result?.outcome === 'failed' ? result.problem : assert.fail();
    assert.equal(problem.code, 'not-installed');
    assert.match(problem.hint ?? '', /package subscription-manager/);
  });

  test('with a subscription-manager that is no Python script is refused, not run with the secret as argument', async () => {
    const { code, message } = await problemOf(byKey, { shebang: '#!/bin/sh' });
    assert.equal(code, 'not-possible');
    assert.match(message, /is not a Python script/);
  });
});

describe('steps after the registration', () => {
  const steps: readonly (readonly [SubscriptionStep, string])[] = [
    [{ does: 'auto-attach', serviceLevel: 'self' }, 'attach --auto --servicelevel=self'],
    [{ does: 'auto-attach' }, 'attach --auto'],
    [{ does: 'repos', enable: ['a'], disable: ['b', 'c'] }, 'repos --disable=b --disable=c --enable=a'],
    [{ does: 'release', release: '9.4' }, 'release --set=9.4'],
    [{ does: 'add-pool', pools: ['1a', '2b'] }, 'attach --pool=2b'],
  ];
  for (const [step, command] of steps) {
    test(`run subscription-manager ${command}`, async () => {
      const { host, ran } = machine({ registered: true, consumed: '1a\n' });
      await applied(plan(step), host);
      assert.equal(ran().at(-1), `run subscription-manager ${command}`);
    });
  }

  test('attach no pool that is attached already', async () => {
    const { host, ran } = machine({ registered: true, consumed: '1a\n2b\n' });
    await applied(plan({ does: 'add-pool', pools: ['1a', '2b'] }), host);
    assert.match(ran().at(-1) ?? '', /list --consumed/);
  });

  test('report that the machine is not registered', async () =>
    assert.match((await problemOf({ does: 'release', release: '9.4' })).message, /not registered, so release/));

  test('report the reason of a failure', async () => {
    const fails = "'a' does not match a valid repository ID";
    const problem = await problemOf({ does: 'repos', enable: ['a'], disable: [] }, { registered: true, fails });
    assert.match(problem.message, /subscription-manager repos --enable=a/);
    assert.equal(problem.stderrTail, fails);
  });
});

const python = '/usr/bin/python3';
const skip = existsSync(python) ? false : 'no Python';

test('subscription-manager runs as main program with its arguments, and its command line has no secret', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'subscription-'));
  try {
    const script = join(folder, 'subscription-manager');
    const body = `#!${python}
import json, sys
def main():
    line = open("/proc/self/cmdline").read().split("\\0")
    print(json.dumps([sys.argv[1:], line, sys.stdin.read()]))
    return 70
if __name__ == "__main__":
    sys.exit(main())
`;
    writeFileSync(script, body);
    const input = JSON.stringify([script, 'register', '--password=p "w']);
    const { code, stdout } = await runProgram([python, '-I', '-c', argumentsFromInput], { input });
    const [args, line, left] = JSON.parse(stdout);
    assert.deepEqual([code, args, left], [70, ['register', '--password=p "w'], '']);
    assert.deepEqual(line.slice(0, 3), [python, '-I', '-c']);
    assert.doesNotMatch(line.join(' '), /p "w/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
