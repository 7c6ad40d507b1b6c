import assert from 'node:assert/strict';
import { scrambled } from '../../../modules/condor/config-file.ts';
import { linesOf } from '../../machine/support/boot.ts';
import { onlyRootReads, patternOf } from '../../machine/support/secret.ts';
import type { Member } from './pool.ts';

/** Asserts that only root could see a secret on a machine, in any program it ran; `files` are the files that do contain it. */
export async function keptSecret(
  machine: Pick<Member, 'sh' | 'started'>,
  secret: string,
  files: readonly string[],
  root = '/',
): Promise<void> {
  const started = await machine.started();
  assert.match(started, /condor_startd/, 'what HTCondor starts is taken down too');
  assert.ok(!started.includes(secret), 'the secret was an argument of a program, or stood in its environment');

  const bytes = [...scrambled(secret)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  const pattern = `${patternOf(secret)}|${bytes}`;
  const grep = (options: string, where: string) =>
    machine.sh(`LC_ALL=C grep ${options} -aP '${pattern}' ${where} || true`);

  const running = await grep('-l', `${root}proc/[0-9]*/environ ${root}proc/[0-9]*/cmdline 2>/dev/null`);
  assert.equal(running, '', 'the secret is an argument of a program that runs, or stands in its environment');
  const journal = '--no-pager --output=verbose';
  const journalled = await machine.sh(`journalctl ${journal} | LC_ALL=C grep -caP '${pattern}' || true`);
  assert.equal(journalled, '0\n', 'the secret stands in the journal');

  const apart = '--exclude-dir=proc --exclude-dir=sys --exclude-dir=dev';
  const found = linesOf(await grep('-rl', `${apart} ${root} 2>/dev/null`));
  const owned = found.length === 0 ? '' : await machine.sh(`stat --format='%a %U %n' ${found.join(' ')}`);
  onlyRootReads(owned, files);
}
