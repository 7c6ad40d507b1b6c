import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';

const script = readFileSync(join(import.meta.dirname, '../../../systemd/skip-if-same-address'), 'utf8');

/** Returns the kernel's fib_trie text for these addresses, each of them in both of its tables. */
const tries = (...addresses: readonly string[]) =>
  ['Main', 'Local']
    .map((table) =>
      [
        `${table}:`,
        '  +-- 0.0.0.0/0 3 0 5',
        '     |-- 0.0.0.0',
        '        /0 universe UNICAST',
        '           |-- 127.0.0.1',
        '              /32 host LOCAL',
        ...addresses.flatMap((each) => [`           |-- ${each}`, '              /32 host LOCAL']),
        '        |-- 10.161.7.255',
        '           /32 link BROADCAST',
        '',
      ].join('\n'),
    )
    .join('');

/** Returns whether the command runs on a machine with these files. */
const runs = (files: Readonly<Record<string, string>>): boolean => went(files).ran;

function went(files: Readonly<Record<string, string>>): { readonly ran: boolean; readonly asked: string } {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-address-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const here = script.replaceAll(/\/(run\/bootagent|proc\/net)\//g, `${root}/$1/`);
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/timeout'), `#!/bin/sh\necho "$@" >>${root}/asked\nexit 1\n`, { mode: 0o755 });
  const said = execFileSync('sh', ['-c', here, 'sh', 'echo', 'it', 'ran'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: `${root}/bin:${process.env.PATH}` },
  });
  const asked = existsSync(join(root, 'asked')) ? readFileSync(join(root, 'asked'), 'utf8') : '';
  rmSync(root, { recursive: true });
  return { ran: said.endsWith('it ran\n'), asked };
}

const supposed = { '/run/bootagent/nothing-due-at': '10.161.7.25 eth0\n' };
const cards = (name: string) => ({
  '/proc/net/dev': `Inter-|   Receive\n face |bytes    packets\n    lo: 1 2\n  ${name}: 1234 5\n`,
});
const card = cards('eth0');
const trie = (...addresses: readonly string[]) => ({ '/proc/net/fib_trie': tries(...addresses) });

describe('the last unit’s command', () => {
  test('waits for a network where nobody has asked for one, and runs without', () => {
    assert.deepEqual(went({}), { ran: true, asked: '150 systemctl start network-online.target\n' });
    assert.deepEqual(went({ '/run/bootagent/network-wanted': '' }), { ran: true, asked: '' });
  });

  const table: readonly (readonly [claim: string, files: Readonly<Record<string, string>>, runs: boolean])[] = [
    ['is left out where the machine has the address it had', { ...supposed, ...card, ...trie('10.161.7.25') }, false],
    ['runs where it has another', { ...supposed, ...card, ...trie('10.161.7.26') }, true],
    ['runs where it has one more', { ...supposed, ...card, ...trie('10.161.7.25', '10.161.8.1') }, true],
    ['runs where it has none', { ...supposed, ...card, ...trie() }, true],
    ['runs where the card is another', { ...supposed, ...cards('eth1'), ...trie('10.161.7.25') }, true],
    ['runs where there is no such card', { ...supposed, ...trie('10.161.7.25') }, true],
    ['runs where the kernel tells nothing', { ...supposed, ...card }, true],
    ['runs where nothing was supposed', { ...card, ...trie('10.161.7.25') }, true],
    ['runs where what was supposed is empty', { ...card, ...trie(), '/run/bootagent/nothing-due-at': '' }, true],
  ];
  for (const [claim, files, expected] of table) test(claim, () => assert.equal(runs(files), expected));
});
