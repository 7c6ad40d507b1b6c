import assert from 'node:assert/strict';
import { linesOf } from '../../machine/support/boot.ts';
import { addresses, type Member, type Name } from './pool.ts';

/** Returns HTCondor's name of a machine without DNS. */
const machineOf = (name: Name): string => `${addresses[name].replaceAll('.', '-')}.condor-net`;

/** Waits until the manager lists exactly these slots, by their cores, and their machines are authenticated by this method. */
export async function slotsAre(
  manager: Member,
  cores: Readonly<Partial<Record<Name, readonly number[]>>>,
  type: 'Static' | 'Partitionable',
  method: string,
): Promise<void> {
  const expected = Object.entries(cores).flatMap(([name, slots = []]) =>
    slots.map((each, index) => `slot${index + 1}@${machineOf(name as Name)} ${each} ${type} ${method}`),
  );
  await manager.write(
    '/root/expected',
    expected
      .sort()
      .map((each) => `${each}\n`)
      .join(''),
  );
  const asked = `condor_status -constraint 'SlotType =!= "Dynamic"' -af Name TotalSlotCpus SlotType AuthenticationMethod`;
  await manager.until(`${asked} | LC_ALL=C sort | diff - /root/expected`);
}

const script = '#!/bin/sh\nid -un\nid -u\nhostname\n';
const jobs = `executable = job.sh
output = out.$(machine)
error = err.$(machine)
log = log
should_transfer_files = yes
requirements = Machine == "$(machine)"
queue machine in (${machineOf('first')} ${machineOf('second')})
`;

/** Submits a job for each of the workers as aliprod, and checks that it ran there as aliprod; returns the machines' names. */
export async function jobsRunOnBoth(manager: Member): Promise<readonly string[]> {
  const home = '/var/lib/aliprod';
  await manager.write(`${home}/job.sh`, script, 0o755);
  await manager.write(`${home}/jobs`, jobs);
  const asAliprod = (text: string) => manager.sh(`cd ${home} && su aliprod -s /bin/sh -c '${text}'`);
  await asAliprod('condor_submit jobs');
  await manager.until(`condor_wait -wait 1 ${home}/log`);
  const said = await asAliprod(
    `cat ${(['first', 'second'] as const).map((each) => `out.${machineOf(each)}`).join(' ')}`,
  );
  const lines = linesOf(said).filter((line) => !line.includes('welcome to condor'));
  const [who, uid, first = '', whoElse, uidThere, second = ''] = lines;
  assert.deepEqual([who, uid, whoElse, uidThere], ['aliprod', '355', 'aliprod', '355'], said);
  return [first, second];
}
