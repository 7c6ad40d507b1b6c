import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { scrambled } from '../../modules/condor/config-file.ts';
import { condor } from '../../modules/condor/module.ts';
import { type Container, container } from '../machine/support/container.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { context } from '../support/facts.ts';
import { plan } from '../support/settings.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');

/** Values that users may set, and the value that HTCondor must read; the same if omitted. */
const values: readonly (readonly [string, string?])[] = [
  ['"quoted"'],
  ["it's"],
  ['a # b'],
  ['# a'],
  ['$(CONDOR_HOST)'],
  ['\\$(CONDOR_HOST)'],
  ['$$(Arch)'],
  ['$ENV(HOME)'],
  ['$INT(3)'],
  ['$(unclosed'],
  ['100% $1 & <a> `b` | c; d'],
  ['a \\ b \\\\ c'],
  ['x = y'],
  ['= y'],
  ['@=end'],
  [': a'],
  ['a\tb'],
  ['ä€'],
  ['if true'],
  [`${'long '.repeat(2000)}end`],
  ['  inner  space  ', 'inner  space'],
  [''],
];
/** Names that resemble HTCondor's own keywords. */
const names = ['include', 'error', 'warning', 'MASTER.useful', 'If_any', '_x'];

const passwords = ['s3cret', 'with space', `"quotes' $HOME \\ #`, 'ä€', 'x'.repeat(200)];

/** The image of a pool, not booted: its programs run in a chroot, and see the hostname of the host. */
async function image(): Promise<Container> {
  const made = await container('trixie', { extra: ['condor'] });
  await made.write('/etc/hosts', `127.0.0.1 localhost ${hostname()}\n::1 ${hostname()}\n`);
  return made;
}

describe('the files of a node, read by HTCondor itself', { skip, concurrency: 1 }, () => {
  for (const files of ['config.d', 'condor_config.local'] as const) {
    test(`say what was asked, in ${files}`, async () => {
      await using machine = await image();
      const settings = Object.fromEntries([
        ...values.map(([value], index) => [`V${index}`, value]),
        ...names.map((name) => [name, `is ${name}`]),
      ]);
      const asked = { condor: { central_manager: '10.0.0.1', password: 'x', ports: '41000-42000', files, settings } };
      const changes = plan(condor, JSON.stringify(asked), context({ cpus: 4, memoryKiB: 8e6 }))[0]?.changes ?? [];
      for (const each of changes) {
        if (each.kind === 'absent') await run('rm', ['-r', join(machine.root, each.path)]);
        if (each.kind === 'file' && typeof each.content === 'string') await machine.write(each.path, each.content);
      }
      const wanted = {
        ...Object.fromEntries(values.map(([value, found = value], index) => [`V${index}`, found])),
        ...Object.fromEntries(names.map((name) => [name, `is ${name}`])),
        CONDOR_HOST: '10.0.0.1',
        DAEMON_LIST: 'MASTER, STARTD',
        NUM_CPUS: '2',
        NUM_SLOTS_TYPE_1: '2',
        LOWPORT: '41000',
        HIGHPORT: '42000',
        SEC_PASSWORD_FILE: '/etc/condor/passwords.d/POOL',
        ALLOW_DAEMON: 'condor_pool@*, submit-side@matchsession',
      };
      const found = await run('chroot', [machine.root, 'condor_config_val', '-raw', ...Object.keys(wanted)]);
      assert.deepEqual(found.trimEnd().split('\n'), Object.values(wanted));
    });
  }

  test('keep a password in the form that condor_store_cred writes', async () => {
    await using machine = await image();
    await machine.write('/etc/condor/config.d/zz.config', 'CONDOR_HOST = 10.0.0.1\nSEC_PASSWORD_FILE = /root/stored\n');
    for (const password of passwords) {
      await machine.write('/root/password', password, 0o600);
      await run('chroot', [machine.root, 'sh', '-c', 'condor_store_cred add -c </root/password']);
      assert.deepEqual(
        new Uint8Array(await readFile(join(machine.root, 'root/stored'))),
        scrambled(password),
        password,
      );
    }
  });
});
