import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linesOf } from '../machine/support/boot.ts';
import { documents, noPage } from '../machine/support/image-page.ts';
import { unable } from '../machine/support/scratch.ts';
import { jobsRunOnBoth, slotsAre } from './support/condor.ts';
import { addresses, pool } from './support/pool.ts';
import { keptSecret } from './support/secret.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm', 'strace');
const secret = 'p00l-Secret';
const aliprod = '{name: aliprod, uid: 355, primary_group: aliprod, homedir: /var/lib/aliprod}';

/** The central manager, which also accepts jobs. */
const manager = (settings: string, uidDomain = 'condor-net'): string => `#cloud-config
users: [${aliprod}]
condor:
  central_manager: ${addresses.manager}
  daemons: [MASTER, COLLECTOR, NEGOTIATOR, SCHEDD]
  ports: 41000-42000
  settings: {UID_DOMAIN: "${uidDomain}", NEGOTIATOR_INTERVAL: 3, NEGOTIATOR_CYCLE_DELAY: 3}
${settings}`;

const worker = (settings: string): string => `#cloud-config
users: [default, ${aliprod}]
root_lock: true
condor:
  central_manager: ${addresses.manager}
  ports: 41000-42000
  settings: {UID_DOMAIN: condor-net, TRUST_UID_DOMAIN: True}
${settings}`;

const password = `  password: ${secret}\n`;
/** Memory in KiB that fits one slot, and two slots. */
const [forOne, forTwo] = [3_880_000, 5_400_000];

describe('a pool of HTCondor', { skip, concurrency: 1 }, () => {
  test('by settings: slots of one core each, by a password that nobody sees', async () => {
    await using machines = pool();
    const head = await machines.add('manager', manager(password));
    const first = await machines.add('first', worker(password), { memoryKiB: forOne, traced: true });
    const second = await machines.add('second', worker(password));
    const cores = Number(await second.sh('nproc'));
    const [memory = 0] = (await second.sh('cat /proc/meminfo')).match(/\d+/)?.map(Number) ?? [];

    const fits = Math.max(1, Math.min(cores, Math.floor(memory / 2_700_000)));
    await slotsAre(head, { first: [1], second: Array(fits).fill(1) }, 'Static', 'PASSWORD');
    await jobsRunOnBoth(head);
    await keptSecret(first, secret, ['/etc/condor/passwords.d/POOL']);

    await first.reboot(forTwo);
    await slotsAre(head, { first: cores > 1 ? [1, 1] : [1], second: Array(fits).fill(1) }, 'Static', 'PASSWORD');
    await first.reboot(forTwo);
    await first.until('systemctl is-active bootagent-final.service condor.service');
    const started = await first.sh('journalctl --boot --no-pager --unit=condor.service --grep "Started condor"');
    assert.equal(linesOf(started).length, 1, 'what is as it was is not restarted');
  });

  test('by the text of the CentOS 6 page: cores by memory, by the password in its list of commands', {
    skip: noPage,
  }, async () => {
    await using machines = pool();
    const text = documents(addresses.manager, secret)[3] ?? '';
    const head = await machines.add('manager', manager(password, '*'));
    const first = await machines.add('first', text, { memoryKiB: forOne, traced: true });
    const second = await machines.add('second', text, { memoryKiB: forTwo });
    const cores = Number(await second.sh('nproc'));

    // HTCondor 23 makes one partitionable slot where older versions make slots of one core.
    await slotsAre(head, { first: [1], second: [Math.min(2, cores)] }, 'Partitionable', 'PASSWORD');
    assert.deepEqual(await jobsRunOnBoth(head), ['wn-007-025.hltcloud', 'wn-007-026.hltcloud']);
    await keptSecret(first, secret, ['/etc/condor/condor_credential']);
  });

  test('by settings: one slot to be parted, by a token of the manager, in either layout of files', async () => {
    await using machines = pool();
    const head = await machines.add('manager', manager(''));
    await head.until('condor_status -collector | grep -q .');
    const token = (await head.sh('condor_token_create -identity condor@condor-net')).trim();
    const asked = worker(`  security: idtoken\n  idtoken: ${token}\n  slot_type: partitionable\n`);
    const first = await machines.add('first', asked, { memoryKiB: forOne, traced: true });
    await machines.add('second', `${asked}  files: condor_config.local\n  min_slots: 3\n`, { memoryKiB: forOne });

    await slotsAre(head, { first: [1], second: [3] }, 'Partitionable', 'IDTOKENS');
    await jobsRunOnBoth(head);
    await keptSecret(first, token, ['/etc/condor/tokens.d/bootagent']);
  });
});
