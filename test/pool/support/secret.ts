import assert from 'node:assert/strict';
import { scrambled } from '../../../modules/condor/file.ts';
import { linesOf } from '../../machine/support/boot.ts';
import type { Member } from './pool.ts';

/** Proves that nobody but root could see a secret on a machine, whatever ran there; it does stand in these files. */
export async function keptSecret(machine: Member, secret: string, files: readonly string[]): Promise<void> {
  const started = await machine.started();
  assert.match(started, /condor_startd/, 'what HTCondor starts is taken down too');
  assert.ok(!started.includes(secret), 'the secret was an argument of a program, or stood in its environment');

  const bytes = [...scrambled(secret)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  const pattern = `${secret.slice(0, -1).replace(/\W/g, '\\$&')}[${secret.slice(-1)}]|${bytes}`;
  const grep = (options: string, where: string) =>
    machine.sh(`LC_ALL=C grep ${options} -aP '${pattern}' ${where} || true`);

  assert.equal(await grep('-l', '/proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null'), '');
  const journal = '--no-pager --output=verbose';
  assert.equal(await machine.sh(`journalctl ${journal} | LC_ALL=C grep -caP '${pattern}' || true`), '0\n');

  const apart = '--exclude-dir=proc --exclude-dir=sys --exclude-dir=dev';
  const found = linesOf(await grep('-rl', `${apart} / 2>/dev/null`));
  for (const file of files) assert.ok(found.includes(file), `${file} is not among ${found.join(' ')}`);
  const owned = await machine.sh(`stat --format='%a %U %n' ${found.join(' ')}`);
  for (const line of linesOf(owned)) assert.match(line, /^[0-7]00 root /, 'others can read it');
}
