import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aptMachine, debs, dnfMachine, installed, noApt, noDnf, only } from '../root/support/managers.ts';
import type { Ended, Sandbox } from '../root/support/sandbox.ts';
import { mirror } from '../root/support/servers.ts';

/** Starts another package manager, which holds the lock, and then the agent in the same machine. */
function behind(machine: Sandbox, other: string, name: string, asked: string): Promise<Ended> {
  machine.write('/opt/asked', `#cloud-config\n${asked}`);
  const agent = `${process.execPath} agent/main.ts run --user-data /opt/asked --force ${only.join(' ')}`;
  return machine.sh(`cd ${process.cwd()}
( ${other} >/opt/other 2>&1; echo "other ended: $?" ) & other=$!
while [ ! -e /opt/${name} ]; do kill -0 $other || { cat /opt/other; exit 98; }; sleep 0.05; done
echo ours begins
${agent} || exit
echo ours ended
wait`);
}

function assertBehind({ code, text }: Ended): void {
  assert.equal(code, 0, text);
  assert.match(text, /ours begins[\s\S]*other ended: 0[\s\S]*ours ended/);
}

const lockMs = 120_000;
const mirrorMs = 60_000;

// The tests mostly wait, so they run concurrently.
describe('packages, when they cannot be had yet', { concurrency: true }, () => {
  for (const [who, other] of [
    ['dnf', () => 'dnf -y install slow'],
    ['rpm', (folder: string) => `rpm -i ${folder}/repo/noarch/slow-1.0-1.noarch.rpm`],
  ] as const) {
    test(`are installed by dnf behind ${who}, which holds its lock for two minutes`, { skip: noDnf }, async () => {
      const { machine, web, repos } = await dnfMachine([['slow', '1.0', { slowMs: lockMs }]]);
      using _ = machine;
      await using __ = web;
      const prepared = await machine.agent(repos, '--force', ...only);
      assert.equal(prepared.code, 0, prepared.text);
      assertBehind(await behind(machine, other(machine.folder), 'slow', 'packages: [tool0]\n'));
      assert.deepEqual(await installed(machine), ['slow 1.0', 'tool0 2.0']);
    });
  }

  test("are installed by apt behind another that holds dpkg's lock", { skip: noApt }, async () => {
    using machine = await aptMachine([['bootagent-test-slow', '1.0', { slowMs: 20_000 }]]);
    const other = 'apt-get update && apt-get -y install bootagent-test-slow';
    assertBehind(await behind(machine, other, 'bootagent-test-slow', 'packages: [bootagent-test-a]\n'));
    assert.equal(await debs(machine), 'bootagent-test-a 1.0 bootagent-test-slow 1.0');
  });

  test('are installed by dnf from a mirror that answers 503 for a minute', { skip: noDnf }, async () => {
    const { machine, web, repos } = await dnfMachine();
    using _ = machine;
    await using __ = web;
    web.failingMs = mirrorMs;
    const { code, text } = await machine.agent(`${repos}packages: [tool1, tool2]\n`, '--force', ...only);
    assert.equal(code, 0, text);
    assert.deepEqual(await installed(machine), ['tool1 1.0', 'tool2 1.0']);
  });

  test('are installed by apt from a mirror that answers 503 for a minute', { skip: noApt }, async () => {
    using machine = await aptMachine();
    await using web = await mirror(`${machine.folder}/debs`);
    machine.write('/etc/apt/sources.list.d/local.list', `deb [trusted=yes] ${web.url} ./\n`);
    web.failingMs = mirrorMs;
    const { code, text } = await machine.agent('packages: [bootagent-test-a]\n', '--force', ...only);
    assert.equal(code, 0, text);
    assert.equal(await debs(machine), 'bootagent-test-a 1.0');
  });
});
