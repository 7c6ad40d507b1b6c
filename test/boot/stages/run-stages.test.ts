import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Problem } from '../../../agent/base/problem.ts';
import { keepNetwork } from '../../../agent/boot/skip-unchanged/assumed-network.ts';
import { findAndMarkDue, type LaterStages } from '../../../agent/boot/skip-unchanged/find-due.ts';
import type { Boot } from '../../../agent/boot/stages/boot.ts';
import { runStages } from '../../../agent/boot/stages/run-stages.ts';
import { readSettings } from '../../../agent/config/settings.ts';
import { defineModule, type Schedule, stages } from '../../../agent/engine/module.ts';
import type { Host } from '../../../agent/host/host.ts';
import type { Event } from '../../../agent/report/event.ts';
import { openState } from '../../../agent/state/state.ts';
import { memoryStore } from '../../../agent/state/store.ts';
import { mounts } from '../../../modules/mounts.ts';
import { booted, bootOf, type How, type Machine, machineOf, schedule } from '../../support/boots.ts';
import { facts } from '../../support/facts.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { yaml } from '../../support/written.ts';

/** Returns a host on which writes to these paths fail. */
const stubborn = (host: Host, ...paths: string[]): Host => ({
  ...host,
  writeFile: async (path, content, attributes) => {
    if (paths.includes(path)) throw new Problem('file-failed', `Cannot write ${path}: the disk is full`);
    return host.writeFile(path, content, attributes);
  },
});

const files = (...paths: string[]): string =>
  ['write_files:', ...paths.map((path) => `- {path: ${path}, content: x}`), ''].join('\n');
const cloudOf = (userData: string, id = 'i-1') => ({ id, userData: `#cloud-config\n${userData}` });
const itemsRun = ({ host }: Machine): string[] => host.did.filter((each) => each.startsWith('item '));

describe('a boot', () => {
  test('learns who it is, makes what is asked, and finds nothing to do at the next', async () => {
    const machine = machineOf();
    const cloud = cloudOf(`bootcmd: [b]\n${files('/a')}runcmd: [r]\n`);
    assert.deepEqual(await booted(machine, { cloud }), [
      'instance i-1 new',
      'made script bootcmd',
      'made file /a',
      'instance i-1 known',
      'made script runcmd',
    ]);
    const before = machine.host.did.length;
    const known = Array(3).fill('instance i-1 known');
    assert.deepEqual(await booted(machine, { cloud }), [...known.toSpliced(2, 0, 'made script bootcmd')]);
    assert.deepEqual(machine.host.did.slice(before), ['shell bootcmd', 'item b']);
  });

  test('without all of what the cloud says uses what it has, tells it, and asks again at the next boot', async () => {
    const machine = machineOf();
    const missing = ['GET http://cloud/user-data: answered 500: left out'];
    assert.deepEqual(await booted(machine, { cloud: { id: 'i-1', at: ['final'], missing } }), [
      `problem identity datasource: ${missing[0]}`,
      'instance i-1 new',
      'final: problems',
    ]);
    assert.deepEqual(await booted(machine, { cloud: cloudOf('runcmd: [r]\n') }), [
      'instance i-1 known',
      'instance i-1 known',
      'made script runcmd',
    ]);
    assert.deepEqual(await booted(machine, {}), Array(3).fill('instance i-1 known'));
  });

  test('of which nothing is asked writes nothing but who it is', async () => {
    const machine = machineOf();
    await booted(machine, { cloud: { id: 'i-1' } });
    const journal = machine.store.read('journal.ndjson');
    await booted(machine);
    assert.deepEqual([machine.host.did, machine.store.read('journal.ndjson')], [[], journal]);
  });

  test('that is only looked at changes and remembers nothing', async () => {
    const machine = machineOf();
    const cloud = cloudOf(`${files('/a')}runcmd: [r]\n`);
    assert.deepEqual(await booted(machine, { cloud, mode: 'preview', units: [stages] }), [
      'instance i-1 new',
      'due file /a',
      'due script runcmd',
    ]);
    assert.deepEqual([machine.host.did, [...machine.store.files.keys()]], [[], ['fresh']]);
  });

  for (const [when, userData, code, unchanged] of [
    ['nothing was changed', 'runcmd: [r]\n', 0, true],
    ['something was changed', 'bootcmd: [b]\n', 0, false],
    ['something failed', 'bootcmd: [b]\n', 1, false],
  ] as const) {
    test(`looks at ${unchanged ? 'what comes and goes alone' : 'all'} in the next stage, where ${when} in the one before`, async () => {
      const asked: unknown[] = [];
      const gatherFacts: Boot['gatherFacts'] = async (unchanged = false) => {
        asked.push(unchanged);
        return facts();
      };
      const machine = machineOf({ shell: () => ({ code }) });
      await booted(machine, { cloud: cloudOf(userData), own: { gatherFacts }, units: [['early', 'main']] });
      assert.deepEqual(asked, [false, unchanged]);
    });
  }

  test('takes only the modules it is told to', async () => {
    const machine = machineOf();
    const cloud = cloudOf(`bootcmd: [b]\n${files('/a')}runcmd: [r]\n`);
    await booted(machine, { cloud, own: { only: ['write_files'] } });
    assert.deepEqual(machine.host.did, ['write /a']);
  });
});

describe('an error', () => {
  test('costs the item it stands in, not its neighbours and not the modules behind it', async () => {
    const machine = machineOf();
    const cloud = cloudOf(`${files('/a', '/bad', '/c')}runcmd: [r]\n`);
    assert.deepEqual(await booted(machine, { cloud, host: stubborn(machine.host, '/bad') }), [
      'instance i-1 new',
      'made file /a',
      'problem write_files write_files[1]: user-data:4:3: write_files[1]: Cannot write /bad: the disk is full',
      'made file /c',
      'early main: failed',
      'instance i-1 known',
      'made script runcmd',
    ]);
  });

  for (const [path, heard] of [
    ['/good', ['ANNOUNCED']],
    ['/bad', []],
  ] as const) {
    test(`leaves out the banner of what is not in place: ${path} has ${heard.length}`, async () => {
      const plan = () => [
        { at: 'x', changes: [{ kind: 'file', path, content: '' } as const], announce: ['ANNOUNCED'] },
      ];
      const module = defineModule({ name: 'x', summary: 'x', every: 'boot', reads: {}, plan });
      const machine = machineOf();
      const said: string[] = [];
      const report = (event: Event) => void (event.event === 'announce' && said.push(...event.lines));
      const schedule = { local: [module], early: [], main: [], final: [] };
      await booted(machine, { schedule, host: stubborn(machine.host, '/bad'), units: [['local']], own: { report } });
      assert.deepEqual(said, heard);
    });
  }

  test('a mount without its device is a warning with its place, and no failure', async () => {
    const schedule = { local: [], early: [], main: [mounts], final: [] };
    const told = await booted(machineOf({ programs: { findmnt: () => '', systemctl: () => '' } }), {
      cloud: cloudOf('mounts:\n- [/dev/vdz, /data]\n'),
      schedule,
      units: [['main']],
    });
    assert.deepEqual(
      told.filter((line) => !line.startsWith('made ')),
      [
        'instance i-1 new',
        'note mounts: user-data:3:3: mounts[0]: /data is not mounted: there is no /dev/vdz; a boot that finds it mounts it',
      ],
    );
  });

  test('in what somebody wrote costs that item alone, and is told with its place', async () => {
    const machine = machineOf();
    const cloud = cloudOf('write_files:\n- path: here\n- path: /b\n');
    assert.deepEqual(await booted(machine, { cloud }), [
      'instance i-1 new',
      'problem write_files write_files[0].path: user-data:3:9: write_files[0].path: expected an absolute path, got "here"',
      'made file /b',
      'early main: problems',
      'instance i-1 known',
    ]);
  });

  test('in a key that nobody reads, or a value left to be filled in, is told with its place, once a boot, and is no problem', async () => {
    const cloud = cloudOf('runcmdd: [a]\nsnap: {}\nbootcmd: ["join <POOL_NAME>"]\n');
    const told = await booted(machineOf(), { cloud });
    assert.deepEqual(
      told.filter((each) => each.startsWith('note') || /problems|failed/.test(each)),
      [
        'note undefined: user-data:2:1: runcmdd: no such key',
        'note undefined: user-data:3:1: snap: not supported by bootagent; ignored',
        'note undefined: user-data:4:11: bootcmd[0]: <POOL_NAME> is still to be filled in',
      ],
    );
  });

  test('in keys of cloud-init that are not done is told with the line of each, in a plan as at a boot', async () => {
    const keys = ['puppet', 'chef', 'salt_minion', 'ansible', 'snap', 'apt'];
    const cloud = cloudOf(keys.map((key) => `${key}: {sources: {a: {}}}\n`).join(''));
    const told = keys.map(
      (key, index) => `note undefined: user-data:${index + 2}:1: ${key}: not supported by bootagent; ignored`,
    );
    for (const how of [{ cloud }, { cloud, mode: 'preview' }] as const) {
      const said = await booted(machineOf(), how);
      assert.deepEqual(
        said.filter((each) => each.startsWith('note')),
        told,
      );
    }
  });

  test('of a module itself costs that module alone', async () => {
    const machine = machineOf();
    const broken = defineModule({
      name: 'broken',
      summary: '',
      every: 'instance',
      reads: {},
      plan: () => {
        throw new Error('a fault');
      },
    });
    const cloud = cloudOf(files('/a'));
    const told = await booted(machine, { cloud, schedule: { ...schedule, early: [broken] } });
    assert.deepEqual(told, [
      'instance i-1 new',
      'problem broken broken: a fault',
      'made file /a',
      'early main: failed',
      'instance i-1 known',
    ]);
  });

  test('of the state, which cannot be written, costs no module its turn', async () => {
    const machine = machineOf();
    const full = () => {
      throw new Problem('file-failed', 'the disk is full');
    };
    const store = { ...machine.store, append: full, replace: full };
    const told = await booted(
      { ...machine, store },
      { cloud: cloudOf(`${files('/a')}runcmd: [r]\n`), units: [stages] },
    );
    assert.equal(machine.host.text('/a'), 'x');
    assert.ok(told.includes('problem identity state: the disk is full'), told.join('\n'));
    assert.ok(told.includes('local early main final: failed'), told.join('\n'));
    assert.deepEqual(itemsRun(machine), [], 'a script of which no record can be kept');
  });

  test('in the reader of user-data costs the user-data: the image counts, and the status has the fault', async () => {
    const settingsOf: Boot['settingsOf'] = async (each) => {
      if (each) throw new TypeError('handler is not a function');
      const { written } = yaml(files('/image'));
      return readSettings(undefined, written?.is === 'mapping' ? [written] : []);
    };
    assert.deepEqual(
      await booted(machineOf(), { cloud: cloudOf('x'), own: { settingsOf }, units: [['early', 'main']] }),
      [
        'instance i-1 new',
        'problem settings user-data: The user-data cannot be read, and is left out: handler is not a function',
        'made file /image',
        'early main: problems',
      ],
    );
  });

  test('in the reader of all settings leaves the modules to what they do without any', async () => {
    const settingsOf: Boot['settingsOf'] = async () => {
      throw new Error('EIO');
    };
    const told = await booted(machineOf(), { cloud: cloudOf('x'), own: { settingsOf }, units: [['early']] });
    assert.equal(told.filter((each) => each.startsWith('problem settings')).length, 2, told.join('\n'));
    assert.equal(told.at(-1), 'early: problems');
  });

  test('in gathering facts costs the modules that read them, until they can be read', async () => {
    const machine = machineOf();
    const usesDisks = defineModule({
      name: 'uses_disks',
      summary: '',
      every: 'instance',
      reads: {},
      plan: (_, { facts: { disks } }) => [
        { at: 'disks', changes: [{ kind: 'file', path: '/disks', content: `${disks.length}` } as const] },
      ],
    });
    const how = {
      cloud: cloudOf(files('/a')),
      schedule: { ...schedule, early: [usesDisks] },
      units: [['early', 'main']],
    } as const;
    const gatherFacts = async () => facts({ disks: [], unknown: { disks: 'EIO' } });
    assert.deepEqual(await booted(machine, { ...how, own: { gatherFacts } }), [
      'instance i-1 new',
      'problem uses_disks uses_disks: "disks" of this machine is unknown: EIO',
      'made file /a',
      'early main: failed',
    ]);
    assert.deepEqual(await booted(machine, how), ['instance i-1 known', 'made file /disks']);
  });

  test('is given three boots, and told until it is mended', async () => {
    const machine = machineOf();
    let tries = 0;
    const host: Host = {
      ...machine.host,
      writeFile: async () => {
        tries++;
        throw new Problem('file-failed', 'the disk is full');
      },
    };
    const cloud = cloudOf(files('/bad'));
    for (let boot = 0; boot < 5; boot++) await booted(machine, { cloud, host });
    assert.equal(tries, 3);
    assert.equal(
      openState(machine.store).lastRun('write_files')?.failed['write_files[0]']?.message,
      'user-data:3:3: write_files[0]: the disk is full',
    );
    assert.deepEqual(await booted(machine, { cloud, own: { retryFailed: true }, units: [stages] }), [
      'instance i-1 known',
      'made file /bad',
    ]);
    assert.deepEqual(openState(machine.store).lastRun('write_files')?.failed, {});
  });

  test('that is out of tries stays told while another is tried again', async () => {
    const machine = machineOf();
    const cloud = cloudOf(files('/unsafe', '/b'));
    const unsafe: Host = {
      ...machine.host,
      writeFile: async (path) => {
        throw new Problem(path === '/unsafe' ? 'unsafe-path' : 'file-failed', 'no');
      },
    };
    await booted(machine, { cloud, host: unsafe });
    const told = await booted(machine, { cloud });
    assert.ok(told.includes('made file /b') && !told.includes('made file /unsafe'), told.join('\n'));
    const { failed } = openState(machine.store).lastRun('write_files') ?? {};
    assert.deepEqual(Object.keys(failed ?? {}), ['write_files[0]']);
  });

  test('of a script is no reason to run it again', async () => {
    const machine = machineOf({ shell: () => ({ code: 1 }) });
    const cloud = cloudOf('runcmd: [r]\n');
    for (let boot = 0; boot < 3; boot++) await booted(machine, { cloud });
    await booted(machine, { cloud, own: { retryFailed: true } });
    assert.deepEqual(itemsRun(machine), ['item r']);
  });

  test('of a script stays, with what runs it again, until it was run again and ended well', async () => {
    let code = 7;
    const machine = machineOf({ shell: () => ({ code }) });
    const cloud = cloudOf('runcmd: [r]\n');
    const hints: string[] = [];
    const report = (event: Event) => void (event.event === 'problem' && hints.push(event.problem.hint));
    const failure = 'problem runcmd runcmd: user-data:2:10: runcmd[0] (1 of 1) `r` failed: exit 7';
    const left = () => Object.keys(openState(machine.store).lastRun('runcmd')?.failed ?? {});
    for (const own of [{}, {}, { retryFailed: true }, { retryFailed: true }, {}]) {
      assert.deepEqual((await booted(machine, { cloud, own, units: [stages] })).slice(-2), [
        failure,
        'local early main final: problems',
      ]);
      assert.deepEqual(left(), ['runcmd']);
    }
    await booted(machine, { cloud, own: { retryFailed: true, report }, units: [stages] });
    assert.match(hints.join(), /bootagent run --force --only runcmd/);
    code = 0;
    assert.deepEqual(left(), ['runcmd']);
    await booted(machine, { cloud, own: { force: true, only: ['runcmd'] } });
    assert.deepEqual(left(), []);
    const known = Array(3).fill('instance i-1 known');
    assert.deepEqual(await booted(machine, { cloud }), known);
    assert.deepEqual(itemsRun(machine), ['item r', 'item r']);
  });

  test('is recorded with the command, its exit, its last line, its place and its log', async () => {
    const machine = machineOf({ shell: (item) => (item === 'true' ? {} : { code: 127, tail: 'a / b' }) });
    const cloud = cloudOf('runcmd:\n- true\n-\n- [setup, --now]\n- true\n');
    const told = await booted(machine, { cloud, own: { redact: (text) => text.replace('--now', '(hidden)') } });
    const message = "user-data:5:3: runcmd[2] (2 of 3) `'setup' '(hidden)'` failed: exit 127 (command not found)";
    assert.ok(told.includes(`problem runcmd runcmd: ${message}`), told.join('\n'));
    assert.deepEqual(openState(machine.store).lastRun('runcmd')?.failed, {
      runcmd: {
        tries: 3,
        code: 'script-failed',
        message,
        item: {
          ...{ item: 2, of: 3, code: 127, ms: 1, lastLine: 'b', log: '/log/runcmd' },
          ...{ at: 'runcmd[2]', place: 'user-data:5:3', command: "'setup' '(hidden)'" },
        },
      },
    });
  });

  test('without tries left is reported at each later boot', async () => {
    const machine = machineOf();
    const cloud = cloudOf(files('/bad'));
    const host = stubborn(machine.host, '/bad');
    for (let boot = 0; boot < 3; boot++) await booted(machine, { cloud, host });
    const before = machine.host.did.length;
    const told = await booted(machine, { cloud, host: machine.host });
    assert.deepEqual(told.slice(2, 4), [
      'problem write_files write_files[0]: user-data:3:3: write_files[0]: Cannot write /bad: the disk is full',
      'early main: failed',
    ]);
    assert.equal(machine.host.did.length, before, 'and it is not tried again');
  });
});

describe('a power cut', () => {
  test('in a module is known, and the module goes on', async () => {
    const machine = machineOf();
    const cloud = cloudOf(files('/a', '/b'));
    let kept: [string, string][] = [];
    const host: Host = {
      ...machine.host,
      writeFile: async (path, content) => {
        if (path === '/b') kept = [...machine.store.files];
        return machine.host.writeFile(path, content);
      },
    };
    await booted(machine, { cloud, host });
    const after = { ...machineOf(), host: memoryHost({ files: { '/a': 'x' } }), store: memoryStore(new Map(kept)) };
    assert.equal(openState(after.store).interrupted, 'write_files');
    assert.deepEqual(await booted(after, { cloud }), [
      'instance i-1 known',
      'instance i-1 known',
      'made file /b',
      'instance i-1 known',
    ]);
  });

  test('of the process of the login stages alone is made up for by the last stage', async () => {
    const machine = machineOf();
    const cloud = cloudOf(`${files('/a')}bootcmd: [b]\nruncmd: [r]\n`);
    let kept: [string, string][] = [];
    const host: Host = {
      ...machine.host,
      writeFile: async () => {
        kept = [...machine.store.files];
        throw new Problem('file-failed', 'what became of it is not remembered');
      },
    };
    await booted(machine, { cloud, host, units: [['local'], ['early', 'main']] });
    const after = { ...machineOf(), store: memoryStore(new Map(kept)) };
    assert.equal(openState(after.store).interrupted, 'write_files');
    // What already ran in this boot does not run again.
    assert.deepEqual(await booted(after, { cloud, units: [['final']] }), [
      'instance i-1 known',
      'made file /a',
      'made script runcmd',
    ]);
    assert.deepEqual(await booted(after, { cloud, units: [['final']] }), ['instance i-1 known']);
  });

  test('in a list of commands is told with its item, and the list is not run again', async () => {
    const machine = machineOf();
    const cloud = cloudOf('runcmd: [one, two]\n');
    let kept: [string, string][] = [];
    machine.host.shell = async (_, tell) => {
      await tell({ event: 'began', item: 0 });
      await tell({ event: 'ended', item: 0, code: 0, ms: 1, tail: '' });
      await tell({ event: 'began', item: 1 });
      kept = [...machine.store.files];
      return { code: 0, log: '', shutdown: false };
    };
    await booted(machine, { cloud });
    const after = { ...machineOf(), store: memoryStore(new Map(kept)) };
    const message =
      'problem runcmd runcmd: user-data:2:1: runcmd was interrupted in runcmd[1] (2 of 2); it is not run again';
    assert.ok((await booted(after, { cloud })).includes(message));
    await booted(after, { cloud });
    assert.deepEqual(itemsRun(after), []);
  });
});

describe('settings that change', () => {
  test('are made to hold at the next boot; scripts are told and not run again', async () => {
    const machine = machineOf();
    const image = (words: string) => `${files(words)}runcmd: [${words}]\n`;
    await booted(machine, { cloud: { id: 'i-1' }, image: image('/old') });
    const told = ['made file /new', 'note runcmd: runcmd has changed since it was run, and is not run again'];
    const known = 'instance i-1 known';
    const looked = await booted(machine, { image: image('/new'), mode: 'preview', units: [stages] });
    assert.deepEqual(looked, [known, told[0]?.replace('made', 'due'), told[1]]);
    assert.deepEqual(await booted(machine, { image: image('/new') }), [known, known, told[0], known, told[1]]);
    assert.deepEqual(await booted(machine, { image: image('/new') }), [known, known, known], 'told once');
    assert.deepEqual(itemsRun(machine), ['item /old']);
  });

  test('and scripts that are as they were are not told', async () => {
    const machine = machineOf();
    await booted(machine, { cloud: { id: 'i-1' }, image: 'runcmd: [r]\n' });
    assert.deepEqual(await booted(machine, { image: `${files('/a')}runcmd: ["r"]\n`, units: [stages] }), [
      'instance i-1 known',
      'made file /a',
    ]);
  });

  test('are all gone through by force, scripts too', async () => {
    const machine = machineOf();
    const cloud = cloudOf('runcmd: [r]\n');
    await booted(machine, { cloud });
    await booted(machine, { cloud, own: { force: true, only: ['runcmd'] } });
    assert.deepEqual(itemsRun(machine), ['item r', 'item r']);
  });
});

describe('a machine in service', () => {
  const userData = `bootcmd: [b]\n${files('/a')}runcmd: [r]\n`;
  const cloud = cloudOf(userData);
  const scripts = ['item b', 'item r'];

  const losses: readonly (readonly [string, (files: Map<string, string>) => void])[] = [
    ['all its state', (files) => files.clear()],
    ['its journal', (files) => void files.delete('journal.ndjson')],
    ['its journal, to an empty file', (files) => void files.set('journal.ndjson', '')],
    ['its journal, to rubbish', (files) => void files.set('journal.ndjson', '\0'.repeat(500))],
    [
      'what its journal said of the scripts',
      (files) => {
        const lines = files.get('journal.ndjson')?.split('\n') ?? [];
        const last = lines.findIndex((each) => each.includes('runcmd'));
        files.set('journal.ndjson', [...lines.slice(0, last), '{"is":"tu%%%', ''].join('\n'));
      },
    ],
    ['its instance', (files) => void files.delete('instance.json')],
  ];
  for (const [what, lose] of losses) {
    test(`that has lost ${what} repeats nothing that is done once, in any stage of any boot`, async () => {
      const machine = machineOf();
      await booted(machine, { cloud });
      await machine.host.writeFile('/a', 'changed by its administrator');
      lose(machine.store.files);
      for (let boot = 0; boot < 3; boot++) await booted(machine, { cloud });
      assert.equal(machine.host.text('/a'), 'changed by its administrator');
      assert.deepEqual(itemsRun(machine), [...scripts, 'item b', 'item b', 'item b']);
    });
  }

  test('that has lost its state goes through everything by force', async () => {
    const machine = machineOf();
    machine.store.files.clear();
    await booted(machine, { cloud, own: { force: true } });
    assert.equal(machine.host.text('/a'), 'x');
    assert.deepEqual(itemsRun(machine), scripts);
  });

  test('that has lost its state and is given another script is told, and does not run it', async () => {
    const machine = machineOf();
    machine.store.files.clear();
    await booted(machine, { cloud });
    const told = await booted(machine, {
      image: 'runcmd: [other]\n',
      cloud: cloudOf('{}'),
      fingerprint: 'seeds changed',
    });
    assert.ok(told.includes('note runcmd: runcmd has changed since it was run, and is not run again'), told.join('\n'));
    assert.deepEqual(itemsRun(machine), ['item b']);
  });

  test('that has lost its state and is another instance later does as that one is asked', async () => {
    const machine = machineOf();
    machine.store.files.clear();
    await booted(machine, { cloud });
    await booted(machine, { cloud: { ...cloud, id: 'i-2' }, fingerprint: 'another' });
    assert.deepEqual(itemsRun(machine), ['item b', 'item b', 'item r']);
  });

  test('under cloud-init, as this very instance, is taken over as it is, in every stage', async () => {
    const machine = machineOf({ files: { '/var/lib/cloud/data/instance-id': 'i-1\n' } });
    assert.deepEqual((await booted(machine, { cloud }))[0], 'instance i-1 adopted');
    await booted(machine, { cloud });
    assert.deepEqual(itemsRun(machine), ['item b', 'item b']);
    assert.equal(machine.host.text('/a'), undefined);
  });

  test('under cloud-init as another instance is a new one', async () => {
    const machine = machineOf({ files: { '/var/lib/cloud/data/instance-id': 'i-0\n' } });
    await booted(machine, { cloud });
    assert.deepEqual(itemsRun(machine), scripts);
  });
});

describe('a machine whose state was emptied', () => {
  const seen: string[] = [];
  const login = defineModule({
    name: 'login',
    summary: '',
    every: 'instance',
    merges: true,
    reads: {},
    plan: (_, { newMachine, inService }) => {
      seen.push(`${newMachine ? 'not its own' : 'its own'}, ${inService ? 'in service' : 'fresh'}`);
      return [{ at: 'login', changes: [{ kind: 'file', path: '/key', content: 'k' }] }];
    },
  });
  const own: Schedule = { ...schedule, main: [login, ...schedule.main] };
  const emptied = (given: Parameters<typeof machineOf>[0] = {}): Machine => {
    const machine = machineOf(given);
    machine.store.files.clear();
    return machine;
  };
  const cloud = cloudOf(`${files('/a')}runcmd: [r]\n`);

  for (const at of [['local'], ['early'], ['final']] as const) {
    test(`and whose cloud answers in the stage ${at} adds the login, does nothing that is done once, and has problems`, async () => {
      seen.length = 0;
      const machine = emptied();
      const told = await booted(machine, { schedule: own, cloud: { ...cloud, at } });
      assert.equal(machine.host.text('/key'), 'k');
      assert.deepEqual(new Set(seen), new Set(['not its own, in service']));
      assert.equal(machine.host.text('/a'), undefined);
      assert.deepEqual(itemsRun(machine), []);
      const said = told.filter((each) => each.startsWith('problem state'));
      assert.match(said[0] ?? '', /\/var\/lib\/bootagent is empty.*NOT applied/);
      assert.ok(told.includes('local: problems'), told.join('\n'));
      const again = await booted(machine, { schedule: own, cloud });
      assert.deepEqual(again, Array(3).fill('instance i-1 known'), 'the next boot knows it');
    });
  }

  test('as this very instance under cloud-init keeps its host keys', async () => {
    seen.length = 0;
    const machine = emptied({ files: { '/var/lib/cloud/data/instance-id': 'i-1\n' } });
    await booted(machine, { schedule: own, cloud });
    assert.deepEqual(seen, ['its own, in service']);
  });

  test('is told by its copy of an instance from a machine that lost its journal alone', async () => {
    seen.length = 0;
    const machine = machineOf();
    await booted(machine, { schedule: own, cloud });
    machine.store.files.delete('journal.ndjson');
    const told = await booted(machine, { schedule: own, cloud });
    assert.deepEqual(seen, ['not its own, fresh', 'its own, in service']);
    assert.deepEqual(
      told.filter((each) => each.startsWith('problem')),
      [],
    );
  });
});

describe('who the machine is', () => {
  const userData = `${files('/a')}runcmd: [r]\n`;

  test('another id, positively read, makes it a new instance', async () => {
    const machine = machineOf();
    await booted(machine, { cloud: cloudOf(userData) });
    const told = await booted(machine, { cloud: cloudOf(userData, 'i-2'), fingerprint: 'another' });
    assert.equal(told[0], 'instance i-2 new');
    assert.deepEqual(itemsRun(machine), ['item r', 'item r']);
  });

  test('nobody answering is no new instance: what was last told stays in force', async () => {
    const machine = machineOf();
    await booted(machine, { cloud: cloudOf(`bootcmd: [b]\n${userData}`) });
    assert.deepEqual(await booted(machine), [
      'instance i-1 known',
      'instance i-1 known',
      'made script bootcmd',
      'instance i-1 known',
    ]);
  });

  test('on another machine, with nobody answering: the image alone counts, and nothing of its parent is run', async () => {
    const machine = machineOf();
    await booted(machine, { cloud: cloudOf('bootcmd: [parent]\n') });
    const told = await booted(machine, { image: 'bootcmd: [image]\n', fingerprint: 'a clone' });
    assert.deepEqual(told, ['made script bootcmd']);
    assert.deepEqual(itemsRun(machine), ['item parent', 'item image']);
  });

  for (const [what, earlier] of [
    ['a fresh machine', undefined],
    ['a clone', cloudOf('{}', 'i-parent')],
  ] as const) {
    test(`${what}: what was done as nobody counts for whom it turns out to be`, async () => {
      const machine = machineOf();
      if (earlier) await booted(machine, { cloud: earlier, fingerprint: 'parent' });
      const image = 'runcmd: [r]\n';
      await booted(machine, { image });
      assert.deepEqual(itemsRun(machine), ['item r']);
      const told = await booted(machine, { image, cloud: { id: 'i-1' } });
      assert.ok(told.includes('instance i-1 new'));
      assert.deepEqual(itemsRun(machine), ['item r']);
    });
  }

  test('learned late, in the last stage: the login stages are made up for before it', async () => {
    const machine = machineOf();
    const cloud = { ...cloudOf(`bootcmd: [b]\n${userData}`), at: ['final'] as const };
    const image = files('/image');
    assert.deepEqual(await booted(machine, { cloud, image }), [
      'made file /image',
      'instance i-1 new',
      'made script bootcmd',
      'made file /a',
      'made script runcmd',
    ]);
  });

  test('a source that fails is a problem, and the image alone counts', async () => {
    const machine = machineOf();
    const identify = async () => {
      throw new Problem('bad-metadata', 'that is no metadata');
    };
    assert.deepEqual(await booted(machine, { image: files('/a'), own: { identify }, units: [['early', 'main']] }), [
      'problem identity datasource: that is no metadata',
      'problem identity datasource: that is no metadata',
      'made file /a',
      'early main: problems',
    ]);
  });
});

describe('what the image brought', () => {
  /** The value of `newMachine` at each run. */
  const seen: boolean[] = [];
  const keys = defineModule({
    name: 'keys',
    summary: '',
    every: 'instance',
    reads: {},
    plan: (_, { newMachine }) => {
      seen.push(newMachine);
      return [{ at: 'keys', changes: [{ kind: 'file', path: '/key', content: 'k' }] }];
    },
  });
  const own: Schedule = { ...schedule, main: [keys] };

  test('is not its own at a first boot, though an earlier stage learned who it is', async () => {
    const machine = machineOf();
    const how = { schedule: own, cloud: { id: 'i-1', at: ['local'] as const } };
    seen.length = 0;
    await booted(machine, { ...how, host: stubborn(machine.host, '/key') });
    await booted(machine, how);
    await booted(machine, { ...how, own: { force: true } });
    assert.deepEqual(seen, [true, true, false], 'new, still to be done, and its own');
  });

  test('is not the own of a clone, and is of a machine in service', async () => {
    const machine = machineOf();
    const how = { schedule: own, cloud: { id: 'i-1' } };
    await booted(machine, how);
    seen.length = 0;
    await booted(machine, { schedule: own, cloud: { id: 'i-2' }, fingerprint: 'a clone' });
    assert.deepEqual(seen, [true]);
    machine.store.files.delete('journal.ndjson');
    await booted(machine, { ...how, own: { force: true } });
    assert.deepEqual(seen, [true, false]);
  });
});

describe('that nothing is due at a later boot', () => {
  const rest = { stages: ['early', 'main', 'final'], noDatasource: false } as const;

  async function markedAfter(
    userData: string,
    change: (machine: Machine) => Partial<How> = () => ({}),
    outlook: Partial<LaterStages> = {},
  ) {
    const root = mkdtempSync(join(tmpdir(), 'bootagent-due-'));
    const machine = machineOf();
    await booted(machine, { cloud: cloudOf(userData) });
    const host = { ...machine.host, root };
    const boot = await bootOf(machine, machine.nextBoot(), { host, ...change(machine) }, () => {});
    const journal = machine.store.read('journal.ndjson');
    await findAndMarkDue({ ...boot, ...change(machine).own }, host, { ...rest, ...outlook });
    assert.equal(machine.store.read('journal.ndjson'), journal, 'and nothing is remembered of the look');
    const [mark] = existsSync(join(root, 'run')) ? readdirSync(join(root, 'run/bootagent')) : [];
    rmSync(root, { recursive: true });
    return mark;
  }

  test('is marked where all had its turn', async () => {
    assert.equal(await markedAfter(`${files('/a')}runcmd: [r]\n`), 'nothing-due');
  });
  test('is not marked where something runs at each boot', async () => {
    assert.equal(await markedAfter('bootcmd: [b]\n'), undefined);
  });
  test('is not marked where nobody knows who this is', async () => {
    assert.equal(await markedAfter(files('/a'), () => ({ fingerprint: 'another' })), undefined);
  });
  test('is not marked where a setting has changed', async () => {
    assert.equal(await markedAfter('{}', () => ({ image: files('/b') })), undefined);
  });
  test('is marked for the last stage alone, whatever the ones before had', async () => {
    const last = { stages: ['final'] } as const;
    assert.equal(await markedAfter('bootcmd: [b]\n', () => ({}), last), 'nothing-due');
    assert.equal(await markedAfter('runcmd: [r]\n', () => ({ fingerprint: 'another' }), last), undefined);
  });
  test('is marked on a machine that no source speaks for, where its image asks for nothing', async () => {
    const noSource = { noDatasource: true };
    assert.equal(await markedAfter('', () => ({ fingerprint: 'another' }), noSource), 'nothing-due');
    assert.equal(await markedAfter('', () => ({ fingerprint: 'another', image: files('/b') }), noSource), undefined);
  });

  const named = defineModule({
    name: 'named',
    summary: '',
    every: 'boot',
    reads: {},
    plan: (_, { facts: { network } }) => [
      { at: 'named', changes: [{ kind: 'file', path: '/name', content: network.address ?? '?' }] },
    ],
  });
  const early = { ...facts().network, address: undefined, interfaces: [] };
  const withName = (kept: string | undefined) => (machine: Machine) => {
    if (kept !== undefined)
      keepNetwork(
        facts({
          network: { ...facts().network, address: kept, interfaces: [{ name: 'eth0', mac: 'm', addresses: [kept] }] },
        }),
        machine.store,
      );
    return { own: { schedule: { ...schedule, main: [named] }, gatherFacts: async () => facts({ network: early }) } };
  };
  const nameFor = async (machine: Machine) => machine.host.writeFile('/name', '10.0.0.5');
  test('is marked for the address the machine had, where there is none yet', async () => {
    const marked = async (kept: string | undefined) =>
      markedAfter('', (machine) => {
        void nameFor(machine);
        return withName(kept)(machine);
      });
    assert.equal(await marked('10.0.0.5'), 'nothing-due-at');
    assert.equal(await marked('10.0.0.6'), undefined, 'the file says another');
    assert.equal(await marked(undefined), undefined, 'nobody knows which it will be');
  });
  test('is not even looked at in the local stage of a first boot that a drive told who it is', async () => {
    const machine = machineOf();
    const boot = await bootOf(machine, 'b', { cloud: { id: 'i-1', at: ['local'] } }, () => {});
    await runStages(['local'], boot);
    assert.equal(boot.state.identity()?.id, 'i-1');
    const gatherFacts = () => assert.fail('the machine was looked at');
    await findAndMarkDue({ ...boot, gatherFacts }, machine.host, rest);
  });
  test('is not marked at a first boot', async () => {
    const root = mkdtempSync(join(tmpdir(), 'bootagent-due-'));
    const machine = machineOf();
    await findAndMarkDue(await bootOf(machine, 'b', {}, () => {}), { ...machine.host, root }, rest);
    assert.deepEqual(readdirSync(root), []);
    rmSync(root, { recursive: true });
  });
});
