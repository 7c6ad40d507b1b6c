import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { container } from '../machine/support/container.ts';
import { unable } from '../machine/support/scratch.ts';

const tree = process.env.BOOTAGENT_EL_SYSTEMD;
const skip = tree === undefined ? 'npm run test:el -- --systemd DIR' : unable('systemd-nspawn', 'rpm');
const units = ['bootagent-local.service', 'bootagent.service', 'bootagent-final.service'];

describe('the units, under the systemd of a tree', { skip }, () => {
  test('run in order at a first boot, and the first alone at the second and third', async (t) => {
    const probe = { version: '/usr/lib/systemd/systemd --version', agents: 'journalctl -b -o cat -u "bootagent*"' };
    await using machine = await container({ tree: tree ?? '' }, { probe });
    await machine.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-el\n');
    await machine.write(
      '/var/lib/cloud/seed/nocloud/user-data',
      '#cloud-config\nhostname: el\nruncmd: [touch /root/ran]\n',
    );
    const first = await machine.boot();
    t.diagnostic(first.read('version').split('\n')[0] ?? '');
    const began = units.map((name) => Number(first.unit(name).ExecMainStartTimestampMonotonic));
    for (const name of units) assert.equal(first.unit(name).Result, 'success', first.read('journal'));
    assert.ok(
      began.every((each) => each > 0),
      first.read('journal'),
    );
    assert.deepEqual(
      began,
      began.toSorted((a, b) => a - b),
    );
    assert.equal(first.read('hostname'), 'el\n');
    // Whether the first unit starts the agent depends on the firmware's uuid, which a container may lack.
    for (const turn of ['second', 'third']) {
      const next = await machine.boot();
      assert.equal(next.unit('bootagent-local.service').Result, 'success', next.read('journal'));
      assert.match(next.read('run'), /nothing-due/);
      for (const name of units.slice(1)) {
        assert.equal(next.unit(name).ExecMainStartTimestampMonotonic, '0', `${name} started at the ${turn} boot`);
      }
    }
  });
});
