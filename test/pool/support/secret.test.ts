import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { scrambled } from '../../../modules/condor/config-file.ts';
import { bootKeptSecret } from '../../machine/support/secret.ts';
import { keptSecret } from './secret.ts';

const secret = 'p00l+Secret.$1';
const held = 'etc/condor/passwords.d/POOL';

interface Planted {
  readonly at?: string;
  readonly what?: string | Uint8Array;
  readonly mode?: number;
  readonly journal?: string;
  readonly started?: string;
  readonly without?: true;
}

/** Runs the search of `keptSecret` with the real programs on planted files; the current user stands in for root. */
async function checked({ at, what = '', mode = 0o644, journal = '', started = '', without }: Planted): Promise<void> {
  const root = `${mkdtempSync(join(tmpdir(), 'planted-'))}/`;
  const put = (path: string, content: string | Uint8Array, its: number) => {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, content);
    chmodSync(root + path, its);
  };
  try {
    if (!without) put(held, scrambled(secret), 0o600);
    put('proc/7/cmdline', 'condor_master\0-f\0', 0o644);
    put('var/log/messages', 'nothing', 0o644);
    if (at !== undefined) put(at, what, mode);
    const sh = (text: string) => {
      const told = `journalctl() { printf '%s\\n' "$journal"; }\n${text}`;
      const env = { PATH: process.env.PATH ?? '', journal };
      const out = execFileSync('bash', ['-c', told], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
      return Promise.resolve(out.replaceAll(` ${userInfo().username} `, ' root '));
    };
    const machine = { sh, started: () => Promise.resolve(`condor_startd -f\n${started}`) };
    await keptSecret(machine, secret, [root + held], root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('the search for a secret on a machine of a pool', () => {
  test("passes where root's files alone hold it", async () => {
    await checked({});
    await checked({ at: 'root/user-data', what: `a ${secret} b`, mode: 0o600 });
  });

  for (const [where, planted, told] of [
    ['an argument of a program that was started', { started: `condor_store_cred -p ${secret}` }, /was an argument/],
    ['an argument of one that runs', { at: 'proc/9/cmdline', what: `a\0${secret}\0` }, /that runs/],
    ['the environment of one that runs', { at: 'proc/9/environ', what: `A=${secret}\0`, mode: 0o600 }, /that runs/],
    ['the journal', { journal: `_CMDLINE=a ${secret}` }, /in the journal/],
    ['a file that all may read', { at: 'var/log/x.log', what: `a ${secret} b` }, /others can read/],
    ["a file that root's group may read", { at: 'var/log/x.log', what: secret, mode: 0o640 }, /others can read/],
    ['such a file, scrambled', { at: 'etc/condor/copy', what: scrambled(secret) }, /others can read/],
    ['no file at all, which it should', { without: true }, /is not among/],
  ] as const satisfies readonly (readonly [string, Planted, RegExp])[]) {
    test(`finds it in ${where}`, () => assert.rejects(checked(planted), told));
  }
});

describe('the search for a secret after a boot', () => {
  const seed = '/var/lib/cloud/seed/nocloud/user-data';
  const kept = { leaks: `600 root ${seed}\n`, journalled: '0\n', status: '{}', console: 'Welcome' };
  const check = (own: Partial<typeof kept>) => {
    const told = { ...kept, ...own };
    const read = (name: string) => new Map(Object.entries(told)).get(name) ?? '';
    bootKeptSecret({ read, console: told.console }, secret, [seed]);
  };

  test('passes where root alone could read it', () => check({}));

  for (const [what, own, told] of [
    ['a file that all may read', { leaks: `${kept.leaks}644 root /var/log/x\n` }, /others can read/],
    ['a file of somebody else', { leaks: `${kept.leaks}600 condor /var/log/x\n` }, /others can read/],
    ['a search that found nothing', { leaks: '' }, /is not among/],
    ['the journal', { journalled: '1\n' }, /in the journal/],
    ['the status', { status: `{"x":"${secret}"}` }, /in the status/],
    ['the console', { console: `run ${secret}` }, /over the console/],
  ] as const) {
    test(`fails for ${what}`, () => assert.throws(() => check(own), told));
  }
});
