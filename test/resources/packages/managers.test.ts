import assert from 'node:assert/strict';
import { test } from 'node:test';
import { install } from '../../../agent/resources/packages/install.ts';
import { memoryHost, type Program } from '../../support/memory-host.ts';

/** Returns the error, the verbs that apt-get ran with, and the seconds waited for it. */
async function installed(answer: Program) {
  const host = memoryHost({ programs: { 'apt-get': answer, timedatectl: () => 'yes\n' } });
  // The clock is queried first, and is synchronized.
  const since = host.now();
  const error = await install('apt', ['one', 'two'], host).catch(({ message }: Error) => message);
  const verbs = host.did.slice(1).map((line) => line.replace(/^run apt-get .*?\b(update|install.*)$/, '$1'));
  return { error, verbs, seconds: (host.now() - since) / 1_000 };
}

test('mirrors that do not come back are waited for once, and each package is told', async () => {
  const away = { code: 100, stderr: 'E: Failed to fetch http://mirror/x  Connection refused\n' };
  const { error, verbs, seconds } = await installed(() => away);
  assert.deepEqual(verbs, [...Array(5).fill('update'), 'install one two', 'install one', 'install two']);
  assert.equal(seconds, 75);
  assert.equal(
    error,
    'apt-get could not install: one (Failed to fetch http://mirror/x  Connection refused), two (Failed to fetch http://mirror/x  Connection refused)',
  );
});

test('mirrors that come back in time are asked on', async () => {
  let asked = 0;
  const { error, verbs } = await installed((args) =>
    args.at(-1) === 'update' && ++asked < 3 ? { code: 100, stderr: 'Temporary failure resolving mirror' } : '',
  );
  assert.deepEqual([error, verbs], [undefined, ['update', 'update', 'update', 'install one two']]);
});

test('one list that is broken for good takes no patience from the packages', async () => {
  let asked = 0;
  const { error, verbs } = await installed((args) => {
    if (args.at(-1) === 'update') return { code: 100, stderr: "E: The repository 'x' does not have a Release file." };
    return ++asked < 2 ? { code: 100, stderr: 'E: Failed to fetch http://mirror/x  503' } : '';
  });
  assert.deepEqual([error, verbs], [undefined, ['update', 'install one two', 'install one two']]);
});
