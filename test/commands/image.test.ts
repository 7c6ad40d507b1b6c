import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Io } from '../../agent/boot/io.ts';
import { run as doctor } from '../../agent/commands/doctor.ts';
import { run as seal } from '../../agent/commands/seal.ts';
import { checks } from '../../agent/image/doctor/checks.ts';
import { operations } from '../../agent/image/seal/operations.ts';
import { contents, materialise } from '../support/materialise.ts';
import type { Given } from '../support/memory-host.ts';
import { together, trees } from '../support/trees.ts';
import { usedTrees } from '../support/used.ts';

const scratch = mkdtempSync(join(tmpdir(), 'image-'));
after(() => rmSync(scratch, { recursive: true }));
const isRoot = process.getuid?.() === 0;
// Only root may remove a user, even from a tree of files.
const asAnybody = isRoot ? {} : { skip: 'default-user' };

let made = 0;
function tree(family: string, over: Given = {}, from = trees): string {
  const folder = join(scratch, `tree-${made++}`);
  mkdirSync(folder);
  materialise(together(from[family] ?? {}, over), folder);
  return folder;
}

async function command(run: typeof seal, options: Readonly<Record<string, string>>) {
  let [out, err] = ['', ''];
  const around: Io = {
    version: '0',
    schedule: () => assert.fail('an image needs no modules'),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readStdin: () => assert.fail('nothing is read'),
    later: () => assert.fail('nothing is left for later'),
    env: {},
    terminal: false,
  };
  const code = await run({ args: [], options }, around);
  return { code, out, err };
}

describe('seal --root', () => {
  for (const family of ['el6', 'el9', 'debian']) {
    test(`previews, seals, and is done: ${family}`, async () => {
      const root = tree(family, {}, usedTrees);
      const before = contents(root);
      const preview = await command(seal, { root, ...asAnybody });
      assert.equal(preview.code, 0);
      const skip = isRoot ? '' : ' --skip default-user';
      assert.ok(preview.out.endsWith(`Nothing was changed. To do it: bootagent seal --root ${root}${skip} --yes\n`));
      assert.deepEqual(contents(root), before);

      const done = await command(seal, { root, yes: '', ...asAnybody });
      assert.equal(done.code, 0, done.out);
      const after = contents(root);
      const examined = await command(doctor, { root, ...asAnybody });
      assert.match(examined.out, /^0 errors, 0 warnings/m);
      assert.equal(examined.code, 0);

      const again = await command(seal, { root, yes: '', ...asAnybody });
      assert.match(again.out, /There is nothing to forget\.\n$/);
      assert.deepEqual(contents(root), after);
    });
  }

  test('says in the preview each path that it then touches, and touches no other', async () => {
    const root = tree('el9', {}, usedTrees);
    const before = contents(root);
    const { out } = await command(seal, { root, format: 'json', ...asAnybody });
    const said = JSON.parse(out).operations.flatMap(({ paths }: { paths: string[] }) => paths) as string[];
    await command(seal, { root, yes: '', ...asAnybody });
    const after = contents(root);
    for (const path of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const same = before[path] === after[path];
      const isSaid = said.some((each) => path === each || path.startsWith(`${each}/`));
      assert.equal(same, !isSaid, path);
    }
  });

  test('keeps the mode of what it empties', async () => {
    const root = tree('el9', {}, usedTrees);
    await command(seal, { root, yes: '', ...asAnybody });
    const after = contents(root);
    assert.match(after['/var/log/secure'] ?? '', /^file 600 \S+ e3b0c442/);
    assert.match(after['/etc/machine-id'] ?? '', /^file 444 /);
  });

  test('touches nothing outside, wherever links lead', async () => {
    const outside = join(scratch, 'outside');
    materialise({ files: { '/secret': 's', '/dnf/cache': 'c', '/log/messages': 'm', '/home/.ssh/id': 'k' } }, outside);
    const before = contents(outside);
    const out = '../'.repeat(12) + outside.slice(1);
    const root = tree('el9', {
      files: { '/etc/passwd': `root:x:0:0::/root:/bin/sh\ncloud-user:x:1000:1000::/home/../../outside/home:/bin/sh\n` },
      links: {
        '/tmp/absolute': outside,
        '/tmp/relative': out,
        '/var/cache/dnf': `${outside}/dnf`,
        '/var/log/away': `${outside}/log/messages`,
        '/var/log/folder': `${outside}/log`,
        '/root/.ssh': `${outside}/home/.ssh`,
        '/home/bob': `${outside}/home`,
        '/var/lib/dhclient': outside,
        '/etc/udev/rules.d/70-persistent-net.rules': `${outside}/secret`,
        '/run': outside,
      },
    });
    assert.equal((await command(seal, { root, yes: '', ...asAnybody })).code, 0);
    assert.deepEqual(contents(outside), before);
  });

  test('can be limited to some operations', async () => {
    const root = tree('el9', {}, usedTrees);
    await command(seal, { root, yes: '', only: 'mail,random-seed' });
    const { out } = await command(seal, { root, format: 'json', ...asAnybody });
    const outcomes = Object.fromEntries(
      JSON.parse(out).operations.map(({ name, outcome }: Record<string, string>) => [name, outcome]),
    );
    assert.deepEqual([outcomes.mail, outcomes['random-seed'], outcomes.logs], ['holds', 'holds', 'due']);
  });

  test('lists its operations', async () => {
    const { out } = await command(seal, { list: '' });
    assert.equal(out.trim().split('\n').length, operations.length);
  });
});

describe('seal refuses', () => {
  const link = join(scratch, 'link-to-root');
  symlinkSync('/', link);
  for (const root of ['/proc/self/root', `/proc/${process.pid}/root/`, link]) {
    test(`this machine’s own root, called ${root.replace(/\d+/, 'PID').replace(scratch, '')}`, async () => {
      await assert.rejects(command(seal, { root, yes: '' }), {
        code: 'bad-input',
        message: `--root ${root} is the root of this very machine`,
      });
    });
  }

  test('a folder that holds no system', async () => {
    const message = `${scratch} holds no system: there is neither /etc/passwd nor /etc/os-release in it`;
    await assert.rejects(command(seal, { root: scratch, yes: '' }), { code: 'bad-input', message });
  });

  test('to power a tree of files off', async () => {
    const message = '--poweroff goes with a machine that is running, not with a tree of files';
    await assert.rejects(command(seal, { root: tree('el9'), poweroff: '' }), { code: 'bad-invocation', message });
  });

  test('an operation that there is not', async () => {
    await assert.rejects(command(seal, { skip: 'hostnames' }), {
      message: 'There is no operation "hostnames"',
      hint: 'Did you mean "hostname"?',
    });
  });
});

describe('doctor', () => {
  test('exits 1 on errors and 0 on warnings', async () => {
    const root = tree('el9', { files: { '/tmp/x': '' } });
    assert.equal((await command(doctor, { root })).code, 0);
    writeFileSync(join(root, 'etc/ssh/ssh_host_rsa_key'), 'x');
    const { code, out } = await command(doctor, { root });
    assert.equal(code, 1);
    assert.match(out, /^ {2}x ssh-host-keys {7,}\/etc\/ssh\/ssh_host_rsa_key is left over$/m);
    assert.match(out, /^ {2}! temporary-files {5,}\/tmp\/x is left over$/m);
    assert.ok(out.includes(`Fix: bootagent seal --root ${root} --only ssh-host-keys\n`));
    assert.match(out, /^ {2}\? bootloader {10,}not checked: a tree of files shows no disk: add --disk FILE$/m);
    assert.match(out, /^1 error, 1 warning, \d+ passed, 6 not checked$/m);
    assert.equal((await command(doctor, { root, skip: 'ssh-host-keys' })).code, 0);
  });

  test('looks at a disk alone, and passes nothing that it did not see', async () => {
    const disk = join(scratch, 'disk');
    writeFileSync(disk, Buffer.alloc(1 << 20));
    const { code, out } = await command(doctor, { disk, format: 'json' });
    const results = JSON.parse(out).checks.map(({ name, result }: Record<string, string>) => [name, result]);
    assert.equal(code, 1);
    assert.deepEqual(
      results.filter(([, result]: string[]) => result !== 'not-checked'),
      [
        ['swap-partition', 'passed'],
        ['table-fits', 'passed'],
        ['bootloader', 'found'],
      ],
    );
  });

  test('writes a JUnit report with a case for each check', async () => {
    const root = tree('el9', { files: { '/etc/ssh/ssh_host_<a>&b': 'x' } });
    const { out } = await command(doctor, { root, format: 'junit' });
    assert.equal(out.match(/<testcase /g)?.length, checks.length);
    assert.match(out, new RegExp(`<testsuites tests="${checks.length}" failures="1" skipped="6">`));
    assert.match(out, /<failure message="\/etc\/ssh\/ssh_host_&lt;a&gt;&amp;b is left over">/);
    assert.match(out, /name="bootloader">\n {6}<skipped message="[^"]+"\/>/);
  });

  test('fixes what it can with --fix, announces the fixes, and leaves the rest', async () => {
    const root = tree('el6', {
      files: {
        '/etc/sysconfig/network': 'NOZERCONF=yes\nHOSTNAME=localhost.localdomain\n',
        '/etc/sysconfig/network-scripts/ifcfg-eth0': 'DEVICE=eth0\nONBOOT=yes\nBOOTPROTO=dhcp\n',
        '/boot/config-2.6.32-504.el6.x86_64': '',
        '/etc/shadow': 'root::0:::::\n',
      },
      links: { '/etc/udev/rules.d/80-x.rules': '/mnt/tmp/dev/null' },
    });
    const before = contents(root);
    const dry = await command(doctor, { root, fix: '', 'dry-run': '' });
    assert.deepEqual(contents(root), before);
    assert.equal(dry.err.match(/: pending$/gm)?.length, 5);
    const done = await command(doctor, { root, fix: '' });
    assert.equal(done.err.match(/: changed$/gm)?.length, 5);
    assert.equal(
      readFileSync(join(root, 'etc/sysconfig/network'), 'utf8'),
      'NOZEROCONF=yes\nHOSTNAME=localhost.localdomain\n',
    );
    assert.match(done.out, /^1 error, 0 warnings/m);
    assert.match(done.out, /^ {2}x weak-password/m);
    assert.match((await command(doctor, { root, fix: '' })).err, /^Nothing can be repaired automatically\.$/m);
  });
});
