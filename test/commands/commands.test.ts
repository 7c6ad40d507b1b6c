import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { formerCodes, problemCodes } from '../../agent/base/problem.ts';
import { version } from '../../agent/base/version.ts';
import { commands } from '../../agent/commands/table.ts';
import { bootId } from '../../agent/state/lock.ts';
import { agent, bootagent } from '../support/command-line.ts';
import { facts } from '../support/facts.ts';
import { recordsOfBoot } from '../support/timelines.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-commands-'));
after(() => rmSync(scratch, { recursive: true }));

/** Returns a tree with these files. */
function treeOf(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(scratch, 'root-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const file = (text: string): string => join(treeOf({ file: text }), 'file');
const asRoot = { skip: process.getuid?.() !== 0 && 'only root may look at what is remembered' };
const config = '#cloud-config\nwrite_files:\n- {path: /etc/a, content: "x\\n"}\n';

describe('what is not there to be asked for', { concurrency: 4 }, () => {
  const nowhere = join(scratch, 'nowhere');
  const text = file('no json');
  const locked = '/proc/1/environ';
  const pipe = join(scratch, 'pipe');
  spawnSync('mkfifo', [pipe]);
  const endless = file('');
  truncateSync(endless, 2 ** 40);
  const path = 'Check the path in the message.';
  const seeAll = 'Check the path in the message; "-" reads standard input.';
  const [stages, formats] = ['There are: local, early, main, final.', 'There are: text, json.'];
  const cases: readonly (readonly [readonly string[], string, string, as?: 'nobody'])[] = [
    [['rnu'], 'There is no command "rnu"', 'Did you mean "run"?'],
    [['frobnicate'], 'There is no command "frobnicate"', 'See "bootagent --help".'],
    [['-V'], 'There is no option "-V"', 'Did you mean "--version"?'],
    [['-v'], 'There is no option "-v"', 'Did you mean "--version"?'],
    [['--versoin'], 'There is no option "--versoin"', 'Did you mean "--version"?'],
    [['-x'], 'There is no option "-x"', 'See "bootagent --help".'],
    [['run', '--dryrun'], 'There is no option "--dryrun"', 'Did you mean "--dry-run"?'],
    [['run', '--frobnicate'], 'There is no option "--frobnicate"', 'See "bootagent run --help".'],
    [['run', '-n'], 'There is no option "-n"', 'See "bootagent run --help".'],
    [['plan', '--dry-run'], 'There is no option "--dry-run"', 'See "bootagent plan --help".'],
    [['plan', 'lokal'], 'There is no stage "lokal"', 'Did you mean "local"?'],
    [['plan', 'everything'], 'There is no stage "everything"', stages],
    [['plan', '-'], 'There is no stage "-"', stages],
    [['plan', '--', '--force'], 'There is no stage "--force"', stages],
    [['plan', '--', '--help'], 'There is no stage "--help"', stages],
    [['plan', '--only', 'runcmdd'], 'There is no module "runcmdd"', 'Did you mean "runcmd"?'],
    [['plan', '--only', 'bootcmd,write_file'], 'There is no module "write_file"', 'Did you mean "write_files"?'],
    [['plan', '--datasource', 'Ec3'], 'There is no datasource "Ec3"', 'Did you mean "ec2"?'],
    [['plan', '--format', 'yaml'], 'There is no format "yaml"', formats],
    [['explain', 'lockd'], 'There is no problem code "lockd"', 'Did you mean "locked"?'],
    [['plan', '--root', nowhere], `--root ${nowhere}: no such directory`, path],
    [['plan', '--root', text], `--root ${text}: is not a directory`, path],
    [['plan', '--seed', nowhere], `--seed ${nowhere}: no such directory`, path],
    [['plan', '--user-data', nowhere], `--user-data ${nowhere}: no such file`, seeAll],
    [['plan', '--user-data', scratch], `--user-data ${scratch}: is a folder`, seeAll],
    [['config', '--user-data', nowhere], `--user-data ${nowhere}: no such file`, seeAll],
    [['plan', '--facts', nowhere], `--facts ${nowhere}: no such file`, seeAll],
    [
      ['plan', '--facts', text],
      `--facts ${text}: it is not JSON`,
      'Make it with "bootagent facts > FILE" on that machine.',
    ],
    [['plan', '--facts', file('{}')], `it has no "cpus"`, 'Make it with "bootagent facts > FILE" on that machine.'],
    [['plan', '--facts', file('null')], `it has no "cpus"`, 'Make it with "bootagent facts > FILE" on that machine.'],
    [['plan', '--user-data', locked], `--user-data ${locked}: permission denied`, seeAll, 'nobody'],
    [['plan', '--facts', locked], `--facts ${locked}: permission denied`, seeAll, 'nobody'],
    [['config', '--user-data', locked], `--user-data ${locked}: permission denied`, seeAll, 'nobody'],
    [['validate', locked], `${locked}: permission denied`, seeAll, 'nobody'],
    [['validate', '/dev/zero'], '/dev/zero: is neither a file nor standard input', path],
    [['validate', pipe], `${pipe}: is neither a file nor standard input`, path],
    [['plan', '--facts', '/dev/zero'], '--facts /dev/zero: is neither a file nor standard input', path],
    [['plan', '--facts', pipe], `--facts ${pipe}: is neither a file nor standard input`, path],
    [['validate', endless], `${endless}: is larger than 64.0 MiB`, path],
    [['status', '--root', text], `--root ${text}: is not a directory`, path],
    [['run', '--root', text], `--root ${text}: is not a directory`, path],
    [['run', '--as-new'], '--as-new only shows what a first boot would do', 'Use "bootagent plan --as-new".'],
  ];
  for (const [args, message, hint, as] of cases) {
    test(`${args.join(' ').replaceAll(scratch, '')}: ${message.replaceAll(scratch, '')}`, async () => {
      const { code, out, err } = await bootagent(args, as && { as });
      const [said = '', next] = err.split('\n');
      assert.ok(said.startsWith('bootagent: ') && said.endsWith(message), err);
      assert.deepEqual([code, out, next, err.split('\n').length], [4, '', `  ${hint}`, 3]);
    });
  }

  test('standard input without an end is refused', async () => {
    const words = [...agent, 'validate', '-'].map((word) => `'${word}'`).join(' ');
    const { status, stderr } = spawnSync('sh', ['-c', `${words} </dev/zero`], { encoding: 'utf8' });
    assert.equal(status, 4);
    assert.match(stderr, /^bootagent: Standard input is larger than/);
  });

  test('what a shell hands over by a pipe is read', async () => {
    const words = [...agent, 'validate', '/dev/stdin'].map((word) => `'${word}'`).join(' ');
    const { status } = spawnSync('sh', ['-c', `echo '#cloud-config' | ${words}`], { encoding: 'utf8' });
    assert.equal(status, 0);
  });

  for (const [args, message] of [
    [['plan', '--root'], '--root needs a value: DIR'],
    [['plan', '--root='], '--root needs a value: DIR'],
    [['plan', '--root', ''], '--root needs a value: DIR'],
    [['run', '--dry-run=yes'], '--dry-run takes no value'],
    [['plan', '--only', 'runcmd', '--only', 'bootcmd'], '--only is given more than once'],
    [['version', 'x'], 'bootagent version takes no "x"'],
    [['status', '--timeout', 'soon'], '--timeout takes seconds, not "soon"'],
    [['status', '--wait', '--timeout', '-1'], '--timeout takes seconds, not "-1"'],
  ] as const) {
    test(`${args.join(' ')}: ${message}`, async () => {
      const { code, err } = await bootagent(args);
      const [said, hint = ''] = err.split('\n');
      assert.deepEqual([code, said], [4, `bootagent: ${message}`]);
      assert.match(hint, /^ {2}(See "bootagent \w+ --help"|Such as --timeout 300)\.$/);
    });
  }

  for (const [args, message] of [
    [['run'], 'Only root may change this machine; nothing was touched'],
    [['reset', '--yes'], 'Only root may make this machine forget'],
  ] as const) {
    test(`${args.join(' ')}, without being root: ${message}`, async () => {
      assert.deepEqual(await bootagent(args, { as: 'nobody' }), {
        code: 4,
        out: '',
        err: `bootagent: ${message}\n  ${problemCodes['needs-root'].fix}\n`,
      });
    });
  }
});

describe('help', { concurrency: 4 }, () => {
  for (const words of [[], ['--help'], ['-h'], ['help']]) {
    test(`by ${words.join(' ') || 'nothing'} names every command`, async () => {
      const { code, out, err } = await bootagent(words);
      assert.deepEqual([code, err], [0, '']);
      for (const { name, summary } of commands) assert.ok(out.includes(`  ${name.padEnd(10)} ${summary}\n`), name);
    });
  }
  for (const { name, options } of commands) {
    test(`of ${name} names its options, and looks at nothing`, async () => {
      const { code, out, err } = await bootagent([name, '--help', '--no-such-option']);
      assert.deepEqual([code, err], [0, '']);
      assert.match(out, new RegExp(`^Usage: bootagent ${name}`));
      for (const option of options) assert.ok(out.includes(`  --${option.name}`), option.name);
    });
  }
});

describe('every command', { concurrency: 4 }, () => {
  // Tested with trees of their own.
  const doctored = ['doctor', 'seal', 'verify', 'migrate'];
  for (const { name, options } of commands) {
    test(`${name} has --format`, () => {
      assert.ok(options.find((each) => each.name === 'format')?.values?.includes('json'));
    });
    if (doctored.includes(name)) continue;
    test(`${name} --format json says one document with its schema_version`, asRoot, async () => {
      const root = treeOf({
        'var/lib/bootagent/instance.json':
          '{"id":"i-1","datasource":"none","publicKeys":[],"vendorData":[],"secrets":[],"metadata":{}}',
        'var/lib/bootagent/boots.ndjson': `${JSON.stringify(recordsOfBoot()[0])}\n`,
      });
      const { out } = await bootagent([...argumentsOf(name, root), '--format', 'json'], { input: config });
      assert.equal(JSON.parse(out).schema_version, 1, out);
    });
  }
  function argumentsOf(name: string, root: string): string[] {
    if (['explain', 'version'].includes(name)) return [name];
    if (name === 'query') return [name, 'v1.instance_id', '--root', root];
    if (name === 'validate') return [name, '-'];
    if (name === 'report') return [name, '--root', root, '--out', join(root, 'report.tar.gz')];
    return [name, '--root', root, ...(['run', 'plan'].includes(name) ? ['--user-data', '-'] : [])];
  }
});

describe('run', { concurrency: 4 }, () => {
  test('makes what is asked, and a second run finds nothing', async () => {
    const root = treeOf();
    const args = ['run', '--root', root, '--user-data', '-', '--only', 'write_files'];
    const first = await bootagent(args, { input: config });
    assert.deepEqual([first.code, first.err], [0, '']);
    assert.match(first.out, /\+ write_files +\/etc\/a: created/);
    assert.match(first.out, /1 change applied, in /);
    assert.equal(readFileSync(join(root, 'etc/a'), 'utf8'), 'x\n');
    assert.match((await bootagent(args, { input: config })).out, /Nothing was due, in /);
  });

  describe('for a tree', () => {
    const asked = [
      '#cloud-config',
      'hostname_from_ip: true',
      'swap: {filename: /swapfile, size: auto}',
      'write_files: [{path: /etc/a, content: a}]',
      '',
    ].join('\n');
    const words = (root: string) => ['run', '--root', root, '--only', 'hostname_from_ip,swap,write_files'];

    test('takes nothing from the machine that it runs on, and leaves what depends on it to the boot', async () => {
      const root = treeOf();
      const args = [...words(root), '--user-data', '-'];
      const { code, out } = await bootagent(args, { input: asked });
      assert.equal(code, 0, out);
      assert.match(out, /hostname_from_ip: deferred, at the next boot: depends on .*address.* of the machine/);
      assert.match(out, /swap: deferred, at the next boot: depends on .*memory of the machine/);
      assert.equal(readFileSync(join(root, 'etc/a'), 'utf8'), 'a');
      assert.ok(!existsSync(join(root, 'etc/hostname')));
    });

    test('with facts of the machine that it is for, is made for that one', async () => {
      const root = treeOf();
      const interfaces = [{ name: 'eth0', mac: 'fa:16:3e:00:00:05', addresses: ['192.0.2.77'] }];
      const network = { ...facts().network, address: '192.0.2.77', interfaces };
      writeFileSync(join(root, 'facts.json'), JSON.stringify(facts({ network })));
      const args = [...words(root), '--user-data', '-', '--facts', join(root, 'facts.json')];
      const { code, out } = await bootagent(args, { input: asked });
      assert.equal(code, 0, out);
      assert.match(readFileSync(join(root, 'etc/hosts'), 'utf8'), /^192\.0\.2\.77 /m);
      assert.equal(readFileSync(join(root, 'etc/a'), 'utf8'), 'a');
    });

    test('reads a seed from the path on the machine that runs it', async () => {
      const seed = treeOf({ 'meta-data': 'instance-id: i-seed\n', 'user-data': asked });
      const root = treeOf();
      const { code, out } = await bootagent([...words(root), '--seed', seed]);
      assert.equal(code, 0, out);
      assert.match(out, /instance +i-seed \(new\)/);
      assert.equal(readFileSync(join(root, 'etc/a'), 'utf8'), 'a');
    });
  });

  test('is told by its exit code: done, with problems, failed', async () => {
    const slight = '#cloud-config\nwrite_files:\n- {path: here}\n- {path: /etc/b}\n';
    const root = treeOf({ 'etc/b': 'old' });
    const args = ['run', '--root', root, '--user-data', '-', '--only', 'write_files'];
    const problems = await bootagent(args, { input: slight });
    assert.equal(problems.code, 2, problems.out);
    assert.match(problems.out, /1 change applied, 1 failed \(listed above\)/);
    const blocked = '#cloud-config\nwrite_files:\n- {path: /etc/b/c}\n';
    const failed = await bootagent([...args, '--force'], { input: blocked });
    assert.equal(failed.code, 1, failed.out);
    assert.match(
      failed.out,
      /x write_files +failed: user-data:3:3: write_files\[0\]: \/etc\/b\/c: b is not a directory/,
    );
  });

  test('is not made where it is disabled by a file, unless by force', async () => {
    const said = '/etc/bootagent/disabled is there';
    const root = treeOf({ 'etc/bootagent/disabled': '' });
    const words = ['run', '--root', root, '--user-data', '-', '--only', 'write_files'];
    assert.deepEqual(await bootagent(words, { input: config }), {
      code: 3,
      out: '',
      err: `bootagent is disabled: ${said}\n`,
    });
    const json = await bootagent([...words, '--format', 'json'], { input: config });
    assert.deepEqual(JSON.parse(json.out), { schema_version: 1, state: 'disabled', why: said });
    assert.equal((await bootagent(['status', '--root', root])).code, 3);
    assert.equal((await bootagent([...words, '--force'], { input: config })).code, 0);
  });

  test('is refused at once while another is at work', async () => {
    const root = treeOf();
    const { lock } = await import('../../agent/state/lock.ts');
    const release = await lock(root, 'refuse');
    const { code, err } = await bootagent(['run', '--root', root]);
    assert.deepEqual(
      [code, err.split('\n')[0]],
      [75, `bootagent: Another run (process ${process.pid}) is at work on this machine`],
    );
    assert.equal((await bootagent(['plan', '--root', root])).code, 0, 'a look takes no lock');
    release();
  });

  test('of a tree runs no script: it waits for the boot', async () => {
    const root = treeOf();
    const input = `#cloud-config\nruncmd:\n- touch ${root}/ran\n- touch /ran\n`;
    const { code, out } = await bootagent(['run', '--root', root, '--user-data', '-', '--only', 'runcmd'], { input });
    assert.equal(code, 0);
    assert.match(out, /\. runcmd +runcmd: run 2 commands \(deferred: at the next boot\)/);
    assert.throws(() => readFileSync(join(root, 'ran')), { code: 'ENOENT' });
  });

  test('says where cloud-init would set the machine up as well', async () => {
    const unit = 'etc/systemd/system/cloud-init.target.wants/cloud-init.service';
    const both = { 'usr/bin/cloud-init': '', [unit]: '' };
    const told = async (files: Readonly<Record<string, string>>) =>
      (await bootagent(['run', 'local', '--root', treeOf(files), '--user-data', '-'], { input: config })).out;
    assert.match(await told(both), /cloud-init starts on this machine too: remove it, or "touch /);
    for (const files of [{ 'usr/bin/cloud-init': '' }, { ...both, 'etc/cloud/cloud-init.disabled': '' }])
      assert.doesNotMatch(await told(files), /cloud-init starts/);
  });

  test('says no colour to a pipe', async () => {
    const { out } = await bootagent(['run', '--root', treeOf(), '--user-data', '-'], { input: config });
    assert.ok(!out.includes('\x1b'));
  });
});

describe('plan', { concurrency: 4 }, () => {
  test('says what is due, shows the difference, and writes nothing', async () => {
    const root = treeOf({ 'etc/a': 'old\n' });
    const words = ['plan', '--root', root, '--user-data', '-', '--only', 'write_files'];
    const { code, out } = await bootagent(words, { input: config });
    assert.equal(code, 0);
    assert.match(out, /~ write_files +\/etc\/a: update\n +- old\n +\+ x\n/);
    assert.match(out, /Plan: 1 to change\. Nothing was written\.\n$/);
    assert.equal((await bootagent([...words, '--detailed-exitcode'], { input: config })).code, 10);
    assert.equal((await bootagent(['run', '--dry-run', ...words.slice(1)], { input: config })).out, out);
    assert.equal(readFileSync(join(root, 'etc/a'), 'utf8'), 'old\n');
  });

  test('exits 0 with --detailed-exitcode where nothing is due', async () => {
    const words = ['plan', '--root', treeOf(), '--user-data', '-', '--only', 'write_files', '--detailed-exitcode'];
    assert.equal((await bootagent(words, { input: '' })).code, 0);
  });

  test('for another machine, by its facts, compares with nothing', async () => {
    const there = file(JSON.stringify(facts()));
    const root = treeOf({ 'etc/a': 'x\n' });
    const words = ['plan', '--root', root, '--facts', there, '--user-data', '-', '--only', 'write_files,runcmd'];
    const { code, out } = await bootagent(words, { input: `${config}runcmd: [reboot]\n` });
    assert.equal(code, 0);
    assert.match(out, /\+ write_files +\/etc\/a: create\n/);
    assert.match(out, /≈ runcmd +runcmd: run 1 command\n/);
    assert.match(out, /Plan: 1 to add, 1 to run once\./);
  });

  test('takes what "facts" prints, and says the same as a look at the machine does', async () => {
    const root = treeOf();
    const printed = await bootagent(['facts', '--root', root]);
    const words = ['plan', '--root', root, '--user-data', '-', '--format', 'json', '--only', 'write_files'];
    const here = JSON.parse((await bootagent(words, { input: config })).out);
    const there = JSON.parse((await bootagent([...words, '--facts', file(printed.out)], { input: config })).out);
    const changes = (document: typeof here) => document.steps.map(({ change }: { change: string }) => change);
    assert.deepEqual(changes(there), changes(here));
    assert.equal(here.steps[0].outcome, 'pending');
    assert.equal(there.steps[0].outcome, 'pending');
  });

  test('as new shows a first boot, whatever was done', async () => {
    const root = treeOf();
    const seed = treeOf({ 'meta-data': 'instance-id: i-1\n', 'user-data': config });
    const words = ['--root', root, '--seed', seed, '--only', 'write_files'];
    // The path of the seed is relative to the tree.
    mkdirSync(join(root, dirname(seed)), { recursive: true });
    cpSync(seed, join(root, seed), { recursive: true });
    const run = await bootagent(['run', ...words]);
    assert.match(run.out, /instance +i-1 \(new\)/);
    rmSync(join(root, 'etc/a'));
    assert.match((await bootagent(['plan', '--root', root, '--only', 'write_files'])).out, /nothing is due/);
    assert.match((await bootagent(['plan', ...words, '--as-new'])).out, /i-1 \(new\).*\/etc\/a: create/s);
  });
});

describe('status', { concurrency: 4 }, () => {
  const summary = (own: object) =>
    JSON.stringify({ schema_version: 1, version, updated: 0, stages: ['final'], modules: {}, seconds: 1.23, ...own });
  const cases: readonly (readonly [string, Record<string, string>, number])[] = [
    ['not run', {}, 3],
    ['done', { 'run/bootagent/status.json': summary({ state: 'done' }) }, 0],
    ['problems', { 'run/bootagent/status.json': summary({ state: 'problems' }) }, 2],
    ['failed', { 'run/bootagent/status.json': summary({ state: 'failed' }) }, 1],
    ['disabled', { 'run/bootagent/status.json': summary({ state: 'disabled' }) }, 3],
    ['interrupted', { 'run/bootagent/status.json': summary({ state: 'running' }) }, 1],
    ['not run', { 'run/bootagent/status.json': '{"state":' }, 3],
    ...['null', '7', '[]', '{}', '{"state":7}'].map(
      (text) => ['not run', { 'run/bootagent/status.json': text }, 3] as const,
    ),
    ...[
      { stages: 'x' },
      { modules: [] },
      { modules: { swap: {} } },
      { seconds: 'x' },
      { instance: {} },
      { updated: [] },
    ].map(
      (wrong) =>
        [
          'not run',
          { 'run/bootagent/status.json': JSON.stringify({ ...JSON.parse(summary({ state: 'done' })), ...wrong }) },
          3,
        ] as const,
    ),
  ];
  for (const [state, files, code] of cases) {
    test(`${state}, by ${JSON.stringify(files).slice(0, 60)}: ${code}`, async () => {
      const root = treeOf(files);
      const told = await bootagent(['status', '--root', root]);
      assert.deepEqual([told.code, told.out.split('\n')[0], told.err], [code, `state       ${state}`, '']);
      const json = await bootagent(['status', '--root', root, '--format', 'json']);
      assert.deepEqual([json.code, JSON.parse(json.out).state], [code, state]);
    });
  }

  test('waits for a run that is at work, and no longer than it is told', async () => {
    const root = treeOf({ 'run/bootagent/status.json': summary({ state: 'running' }) });
    const { lock } = await import('../../agent/state/lock.ts');
    const release = await lock(root, 'refuse');
    const late = await bootagent(['status', '--root', root, '--wait', '--timeout', '0.3']);
    assert.deepEqual([late.code, late.out.split('\n')[0]], [124, 'state       running']);
    const waiting = bootagent(['status', '--root', root, '--wait', '--timeout', '60']);
    writeFileSync(join(root, 'run/bootagent/status.json'), summary({ state: 'done' }));
    release();
    assert.equal((await waiting).code, 0);
  });

  test('does not wait for a run that was killed', async () => {
    const lock = `999999999 1 ${bootId()}`;
    const root = treeOf({ 'run/bootagent/status.json': summary({ state: 'running' }), 'run/bootagent/lock': lock });
    const told = await bootagent(['status', '--root', root, '--wait', '--timeout', '60']);
    assert.deepEqual([told.code, told.out.split('\n')[0]], [1, 'state       interrupted']);
  });

  test('is that of the last run', async () => {
    const root = treeOf();
    await bootagent(['run', '--root', root, '--user-data', '-', '--only', 'write_files'], { input: config });
    const told = await bootagent(['status', '--root', root]);
    assert.match(told.out, /^state {7}done\n/);
    assert.match(told.out, / write_files +changed /);
  });
});

describe('secrets', () => {
  const marked = (name: string) => `S3cret-${name}-x9Qz`;
  /** Secrets in every place: in valid and invalid settings, in the text of a script, and in lines that cannot be parsed. */
  const asked = `#cloud-config
password: ${marked('password')}
chpasswd:
  list:
  - eve:${marked('list')}
  users:
  - {name: eve, password: ${marked('users')}, type: text}
  - {name: mallory, password: ${marked('no-type')}, typ: text}
users:
- {name: eve, plain_text_passwd: ${marked('plain')}}
- {name: adam, hashed_passwd: $6$salt$${marked('hashed')}}
- {name: wrong:name, passwd: $6$salt$${marked('refused')}}
condor:
  central_manager: head
  password: ${marked('condor')}
ssh_keys:
  rsa_private: |
    -----BEGIN OPENSSH PRIVATE KEY-----
    ${marked('key')}
    -----END OPENSSH PRIVATE KEY-----
runcmd:
- condor_store_cred add -c -p ${marked('argument')}
`;
  test('are in nothing that is said or that others may read', { concurrency: 4 }, async () => {
    const root = treeOf({
      'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
      'etc/group': 'root:x:0:\n',
      'etc/shadow': 'root:!:1::::::\n',
    });
    chmodSync(join(root, 'etc/shadow'), 0o600);
    const words = ['--root', root, '--user-data', '-'];
    const said: string[] = [];
    for (const args of [
      ['plan', ...words],
      ['plan', ...words, '--format', 'json', '--debug'],
      ['run', ...words, '--debug'],
      ['run', ...words, '--format', 'json', '--force'],
      ['status', '--root', root],
      ['config', ...words],
      ['config', ...words, '--format', 'json'],
    ]) {
      const { out, err } = await bootagent(args, { input: asked });
      said.push(out, err);
    }
    assert.match(said.join(''), /hidden/);
    const open = spawnSync('find', [join(root, 'run'), '-type', 'f', '-exec', 'cat', '{}', '+'], { encoding: 'utf8' });
    assert.match(open.stdout, /"schema_version"/);
    const leaks = [...said, open.stdout].flatMap((text) => text.match(/.*S3cret-\S+/g) ?? []);
    assert.deepEqual([...new Set(leaks)], []);
    const readable = spawnSync('find', [
      root,
      '-type',
      'f',
      '-perm',
      '/044',
      '-exec',
      'grep',
      '-l',
      'S3cret-',
      '{}',
      '+',
    ]);
    assert.equal(String(readable.stdout), '');
  });
});

describe('config', { concurrency: 4 }, () => {
  test('tells where each value comes from, later layers over earlier', async () => {
    const root = treeOf({
      'usr/lib/bootagent/conf.d/10-a.yaml': 'timezone: UTC\nfqdn: a\n',
      'usr/lib/bootagent/conf.d/20-b.yaml': 'keyboard: {layout: de}\n',
      'etc/bootagent/bootagent.yaml': 'fqdn: b\n',
      'etc/bootagent/conf.d/20-b.yaml': 'keyboard: {layout: fr}\n',
      'run/bootagent/conf.d/a.yaml': 'locale: C\n',
    });
    const { code, out } = await bootagent(['config', '--root', root, '--user-data', '-'], {
      input: '#cloud-config\nlocale: de_DE.UTF-8\nruncmd:\n- [a, b]\n',
    });
    assert.equal(code, 0);
    const rows = Object.fromEntries(
      out
        .trim()
        .split('\n')
        .map((line) => line.split(/ +# /)),
    );
    assert.deepEqual(rows, {
      'timezone: "UTC"': '/usr/lib/bootagent/conf.d/10-a.yaml:1:11',
      'fqdn: "b"': '/etc/bootagent/bootagent.yaml:1:7',
      'keyboard.layout: "fr"': '/etc/bootagent/conf.d/20-b.yaml:1:20',
      'locale: "de_DE.UTF-8"': 'user-data:2:9',
      'runcmd[0][0]: "a"': 'user-data:4:4',
      'runcmd[0][1]: "b"': 'user-data:4:7',
    });
  });

  test('tells what cannot be read, and reads the rest', async () => {
    const root = treeOf({
      'etc/bootagent/bootagent.yaml': 'a: [\n',
      'etc/bootagent/conf.d/a.yaml': '- a\n',
      'etc/bootagent/conf.d/b.yaml': 'fqdn: a\n',
    });
    const { code, out, err } = await bootagent(['config', '--root', root]);
    assert.equal(code, 4);
    assert.match(err, /^\/etc\/bootagent\/bootagent.yaml:\d+:\d+: /);
    assert.match(err, /\n\/etc\/bootagent\/conf.d\/a.yaml: is not a mapping from keys to values\n/);
    assert.match(out, /^fqdn: "a" /);
  });
});

describe('explain', () => {
  test('tells every problem there is, or those that are asked for', async () => {
    const all = await bootagent(['explain']);
    assert.equal(all.code, 0);
    for (const [code, { means, fix }] of Object.entries(problemCodes)) {
      assert.ok(all.out.includes(`${code}\n  ${means}\n  Fix: ${fix}\n`), code);
    }
    for (const [former, code] of formerCodes)
      assert.equal((await bootagent(['explain', former])).out.split('\n')[0], code);
    assert.equal((await bootagent(['explain', 'locked'])).out.split('\n')[0], 'locked');
  });
});

describe('a mistake in a file that was named', { concurrency: 2 }, () => {
  const path = file('#cloud-config\nhostnme: a\nwrite_files: [{path: here}]\n');
  for (const [command, places] of [
    ['plan', [`${path}:2:1: hostnme: no such key`, `${path}:3:22: write_files[0].path: expected an absolute path`]],
    ['config', [`# ${path}:2:10`, `# ${path}:3:22`]],
  ] as const) {
    test(`is told by its place in there: ${command}`, async () => {
      const { out } = await bootagent([command, '--root', treeOf({ 'etc/passwd': '' }), '--user-data', path]);
      for (const place of places) assert.ok(out.includes(place), out);
    });
  }
});

describe('reset', () => {
  test('looks at nothing while another is at work', async () => {
    const root = treeOf();
    const { lock } = await import('../../agent/state/lock.ts');
    const release = await lock(root, 'refuse');
    const { code, out } = await bootagent(['reset', '--root', root, '--yes']);
    release();
    assert.deepEqual([code, out], [75, '']);
  });

  test('tells first, and then forgets what was done and no more', async () => {
    const root = treeOf();
    await bootagent(['run', '--root', root, '--user-data', '-', '--only', 'write_files'], { input: config });
    const told = await bootagent(['reset', '--root', root]);
    assert.match(told.out, /- \/var\/lib\/bootagent\/journal\.ndjson\n.*Nothing was changed/s);
    assert.ok(told.out.endsWith(`To do it: bootagent reset --root ${root} --yes\n`), told.out);
    assert.equal((await bootagent(['reset', '--root', root, '--yes'])).code, 0);
    const left = spawnSync('find', [root, '-type', 'f', '-printf', '%P\n'], { encoding: 'utf8' }).stdout;
    assert.deepEqual(left.trim().split('\n').sort(), ['etc/a', 'var/lib/bootagent/fresh']);
    assert.equal((await bootagent(['status', '--root', root])).code, 3);
  });
});

describe('a reader that has seen enough', () => {
  test('ends no command with an error', async () => {
    const { stderr, status } = spawnSync(
      'sh',
      [
        '-c',
        '"$0" agent/main.ts explain | head -n 1 >/dev/null'.replace('agent/main.ts', '"$1"'),
        process.execPath,
        join(import.meta.dirname, '../../agent/main.ts'),
      ],
      { encoding: 'utf8' },
    );
    assert.deepEqual([status, stderr], [0, '']);
  });
});
