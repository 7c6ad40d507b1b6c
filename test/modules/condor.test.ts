import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edited } from '../../agent/edits/index.ts';
import type { PlanItem } from '../../agent/engine/change.ts';
import { condor } from '../../modules/condor/module.ts';
import { context } from '../support/facts.ts';
import { applied, laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan, planned } from '../support/settings.ts';
import { fromShared } from '../support/shared.ts';

const worker = 'condor: {central_manager: 10.0.0.1, password: s3cret}';
const own = '/etc/condor/config.d/zz-bootagent.config';

const contentIn = (items: readonly PlanItem[], path: string): string | undefined => {
  const file = items[0]?.changes.find((each) => each.kind === 'file' && each.path === path);
  return file?.kind === 'file' && typeof file.content === 'string' ? file.content : undefined;
};
const fileOf = (yaml: string, path = own, where = context()): string | undefined =>
  contentIn(plan(condor, yaml, where), path);
const notesOf = (yaml: string, where = context()): string[] =>
  (plan(condor, yaml, where)[0]?.notes ?? []).map(({ level, text }) => `${level}: ${text}`);
const machine = (memoryKiB: number, cpus: number) => context({ memoryKiB, cpus });

describe('condor', () => {
  test('plans nothing unless asked', () => {
    assert.deepEqual(plan(condor, 'hostname: a'), []);
  });

  test('writes its own file, which is read last', () => {
    assert.equal(
      fileOf(worker),
      [
        '# Made by bootagent: changes are lost at the next boot',
        'DAEMON_LIST = MASTER, STARTD',
        'CONDOR_HOST = 10.0.0.1',
        'NUM_CPUS = 1',
        'SLOT_TYPE_1 = cpus=1',
        'SLOT_TYPE_1_PARTITIONABLE = False',
        'NUM_SLOTS_TYPE_1 = 1',
        'SEC_DAEMON_AUTHENTICATION = required',
        'SEC_DAEMON_INTEGRITY = required',
        'SEC_DAEMON_AUTHENTICATION_METHODS = password',
        'SEC_CLIENT_AUTHENTICATION_METHODS = password, fs',
        'SEC_PASSWORD_FILE = /etc/condor/passwords.d/POOL',
        'SEC_ENABLE_MATCH_PASSWORD_AUTHENTICATION = True',
        'ALLOW_DAEMON = condor_pool@*, submit-side@matchsession',
        'NETWORK_INTERFACE = 10.0.0.5',
        'NO_DNS = True',
        'DEFAULT_DOMAIN_NAME = condor-net',
        '',
      ].join('\n'),
    );
  });

  test('keeps the pool password as HTCondor does, for root alone, and starts the service last', () => {
    const changes = plan(condor, worker)[0]?.changes ?? [];
    const [boot, folder, password] = changes;
    assert.deepEqual(boot, { kind: 'service', unit: 'condor.service', boot: 'enabled' });
    assert.deepEqual(folder, {
      kind: 'directory',
      path: '/etc/condor/passwords.d',
      mode: 0o700,
      owner: 'root',
      group: 'root',
    });
    assert.deepEqual(password, {
      kind: 'file',
      path: '/etc/condor/passwords.d/POOL',
      // The output of condor_store_cred of HTCondor 23.9 for the same password.
      content: new Uint8Array([0xad, 0x9e, 0xdd, 0x9d, 0xbb, 0xd9]),
      mode: 0o600,
      owner: 'root',
      group: 'root',
      secret: true,
      follows: folder,
    });
    assert.deepEqual(
      changes.slice(-3).map(({ kind }) => kind),
      ['file', 'notify', 'running'],
    );
    assert.deepEqual(changes.at(-1), { kind: 'running', unit: 'condor.service', is: 'started' });
  });

  test('keeps an IDTOKEN beside the others', () => {
    const [, , token] = plan(condor, 'condor: {central_manager: cm, idtoken: eyJ.eyJ.sig}')[0]?.changes ?? [];
    assert.deepEqual(token && 'path' in token && [token.path, 'content' in token && token.content, token.secret], [
      '/etc/condor/tokens.d/bootagent',
      'eyJ.eyJ.sig\n',
      true,
    ]);
  });

  for (const [memory, cores, slots] of [
    [1877000, 1, 1],
    [2699999, 1, 1],
    [2700000, 1, 1],
    [3880000, 2, 1],
    [5399999, 2, 1],
    [5400000, 2, 2],
    [8176000, 4, 3],
    [16280000, 8, 6],
    [32768000, 8, 8],
    [65536000, 4, 4],
  ] as const) {
    test(`offers ${slots} of ${cores} cores beside ${memory} kB`, () => {
      assert.match(fileOf(worker, own, machine(memory, cores)) ?? '', new RegExp(`^NUM_CPUS = ${slots}$`, 'm'));
    });
  }

  test('says how it came to the number of slots', () => {
    assert.deepEqual(notesOf(worker, machine(8176000, 4)), [
      'note: 3 slots: 4 cores, 8176000 kB of memory, 2700000 kB a slot',
    ]);
    assert.deepEqual(notesOf(worker, machine(1877000, 1)), [
      'note: 1 slot: 1 core, 1877000 kB of memory, 2700000 kB a slot',
      'warning: the memory does not suffice for 1 by itself; min_slots asks for it',
    ]);
  });

  test('does not start a machine without a slot, when told that none is enough', () => {
    const yaml = 'condor: {central_manager: cm, password: x, min_slots: 0}';
    const changes = plan(condor, yaml, machine(1877000, 1))[0]?.changes ?? [];
    assert.deepEqual(changes[0], { kind: 'service', unit: 'condor.service', boot: 'disabled' });
    assert.deepEqual(changes.at(-1), { kind: 'running', unit: 'condor.service', is: 'stopped' });
    assert.deepEqual(notesOf(yaml, machine(1877000, 1)).slice(1), [
      'warning: no slot fits and min_slots is 0: condor is not started',
    ]);
  });

  test('makes one partitionable slot of them all', () => {
    const text = fileOf('condor: {central_manager: cm, slot_type: partitionable, password: x}', own, machine(8e6, 4));
    assert.match(
      text ?? '',
      /^NUM_CPUS = 2\nSLOT_TYPE_1 = 100%\nSLOT_TYPE_1_PARTITIONABLE = True\nNUM_SLOTS_TYPE_1 = 1$/m,
    );
  });

  test('has no slots where no startd runs', () => {
    const text = fileOf('condor: {central_manager: cm, daemons: [MASTER, COLLECTOR, NEGOTIATOR], password: x}');
    assert.match(text ?? '', /^DAEMON_LIST = MASTER, COLLECTOR, NEGOTIATOR$/m);
    assert.doesNotMatch(text ?? '', /SLOT|NUM_CPUS/);
  });

  test('takes any further setting word for word, and lets it win', () => {
    const text = fileOf(`condor:
  central_manager: cm
  password: x
  ports: 41000-42000
  settings:
    COLLECTOR_NAME: Condor cluster at \\$(CONDOR_HOST)
    TRUST_UID_DOMAIN: True
    num_cpus: 7
    QUEUE_SUPER_USERS: [root, condor]
    START: "TRUE"
`);
    assert.match(text ?? '', /^LOWPORT = 41000\nHIGHPORT = 42000$/m);
    assert.ok(
      text?.endsWith(
        '\nCOLLECTOR_NAME = Condor cluster at \\$(CONDOR_HOST)\nTRUST_UID_DOMAIN = True\nnum_cpus = 7\nQUEUE_SUPER_USERS = root, condor\nSTART = TRUE\n',
      ),
    );
    assert.doesNotMatch(text ?? '', /^NUM_CPUS/m);
  });

  test('writes the job wrapper it is given, or names the one that is there', () => {
    const yaml = 'condor: {central_manager: cm, password: x, job_wrapper: "#!/bin/sh\\nexec \\"$@\\"\\n"}';
    const wrapper = plan(condor, yaml)[0]?.changes.find((each) => 'mode' in each && each.mode === 0o755);
    assert.equal(wrapper && 'path' in wrapper && wrapper.path, '/etc/condor/job_wrapper.sh');
    assert.match(fileOf(yaml) ?? '', /^USER_JOB_WRAPPER = \/etc\/condor\/job_wrapper.sh$/m);
    assert.match(
      fileOf('condor: {central_manager: cm, password: x, job_wrapper: /opt/w}') ?? '',
      /^USER_JOB_WRAPPER = \/opt\/w$/m,
    );
  });

  test('uses the address of the interface it is told', () => {
    const interfaces = [{ name: 'ens4', mac: '', addresses: ['192.168.3.4'] }];
    const where = context({ network: { interface: undefined, address: undefined, interfaces } });
    const yaml = 'condor: {central_manager: cm, password: x, address: ens4}';
    assert.match(fileOf(yaml, own, where) ?? '', /^NETWORK_INTERFACE = 192.168.3.4$/m);
    assert.deepEqual(notesOf(worker, where).slice(1), [
      'warning: this machine has no address yet, so NETWORK_INTERFACE is not set',
    ]);
  });

  test('leaves names alone where there is DNS', () => {
    assert.doesNotMatch(fileOf('condor: {central_manager: cm, password: x, dns: true}') ?? '', /NO_DNS|DOMAIN_NAME/);
  });

  test('warns of what was taken out of HTCondor, and of a file that is read after its own', () => {
    const yaml = 'condor: {central_manager: cm, password: x, settings: {SEC_CLIENT_AUTHENTICATION_METHODS: "fs,gsi"}}';
    assert.deepEqual(
      notesOf(yaml, context({ paths: ['/etc/condor/condor_config.local'] })).slice(1),
      [
        'warning: the memory does not suffice for 1 by itself; min_slots asks for it',
        'warning: HTCondor no longer has gsi; use idtoken',
        `warning: /etc/condor/condor_config.local is read after ${own} and may say otherwise`,
      ].slice(1),
    );
  });

  test('warns of a UID_DOMAIN that is no pattern', () => {
    const told = (domain: string) =>
      notesOf(`condor: {central_manager: cm, password: x, settings: {uid_domain: "${domain}"}}`, machine(8e6, 1));
    assert.deepEqual(told('*').slice(1), [
      'warning: UID_DOMAIN is "*": jobs run as nobody, unless the submit machine has "*", too',
    ]);
    assert.deepEqual(told('grid.example.org').slice(1), []);
  });

  for (const [settings, found] of [
    ['{password: x}', '1:9 condor.central_manager: expected an address or a name, got nothing'],
    [
      '{central_manager: <IP_FOR_HTCONDOR_HEAD>}',
      '1:27 condor.central_manager: expected an address or a name, got "<IP_FOR_HTCONDOR_HEAD>"',
    ],
    ['{central_manager: cm, security: password}', '1:9 condor: security is password, and no password is given'],
    ['{central_manager: cm, password: a, idtoken: b}', '1:9 condor: password and idtoken exclude each other'],
    ['{central_manager: cm, password: "a\\nb"}', '1:9 condor: password must be one line'],
    [
      '{central_manager: cm, security: gsi}',
      '1:41 condor.security: expected password or idtoken, got "gsi"; HTCondor no longer has gsi; use idtoken',
    ],
    ['{central_manager: cm, ports: 42000-41000}', '1:38 condor.ports: 42000-41000 is not a range of ports'],
    ['{central_manager: cm, mem_per_core_kb: 0}', '1:48 condor.mem_per_core_kb: expected a whole number, got "0"'],
    [
      '{central_manager: cm, settings: {"A B": 1}}',
      '1:42 condor.settings: expected the name of a setting of HTCondor, got "A B"',
    ],
    [
      '{central_manager: cm, settings: {If: 1}}',
      '1:42 condor.settings: expected the name of a setting of HTCondor, got "If"',
    ],
    [
      '{central_manager: cm, job_wrapper: "/opt/w\\nSTART = False"}',
      '1:44 condor.job_wrapper: expected a script that begins with "#!", or the path of one, got "/opt/w\\nSTART = False"',
    ],
    [
      '{central_manager: cm, settings: {A: "x\\nB = 1"}}',
      '1:45 condor.settings.A: expected one line that does not end in a backslash, or a list, got "x\\nB = 1"',
    ],
    [
      '{central_manager: cm, settings: {A: "x\\\\"}}',
      '1:45 condor.settings.A: expected one line that does not end in a backslash, or a list, got "x\\\\"',
    ],
  ] as const) {
    test(`tells what is wrong with ${settings}`, () => {
      assert.deepEqual(foundIn(condor, `condor: ${settings}`), [`user-data:${found}`]);
    });
  }

  test('loses one bad setting, not the rest', () => {
    assert.match(
      contentIn(
        planned(condor, 'condor: {central_manager: cm, password: x, settings: {A: "x\\ny", B: 2}}').plan,
        own,
      ) ?? '',
      /^B = 2$/m,
    );
  });

  test('that is not installed costs nothing else, and writes nothing', async () => {
    const host = memoryHost({ programs: { systemctl: () => '' } });
    const steps = await applied(plan(condor, worker), host);
    const [first, ...rest] = steps;
    assert.equal(first?.outcome === 'failed' && first.problem.code, 'not-installed');
    assert.deepEqual([...new Set(rest.map(({ outcome }) => outcome))], ['skipped']);
    assert.deepEqual(host.did, []);
  });

  const machineWith = () => {
    const state = { enabled: false, started: false };
    return memoryHost({
      files: { '/usr/lib/systemd/system/condor.service': '', '/etc/condor/condor_config': 'NO_DNS = False\n' },
      directories: ['/etc/condor/config.d'],
      programs: {
        systemctl: ([verb, what]) => {
          if (verb === 'enable') state.enabled = true;
          if (what === 'start') state.started = true;
          if (verb === 'is-enabled') return state.enabled ? 'enabled' : 'disabled';
          return verb === 'show' && state.started ? 'ActiveState=active\n' : 'ActiveState=inactive\n';
        },
      },
    });
  };
  laws('condor', plan(condor, worker), machineWith);
  laws('condor, laid out as of old', plan(condor, `${worker.slice(0, -1)}, files: condor_config.local}`), machineWith);
});

interface Case {
  readonly kind: string;
  readonly mem: number;
  readonly cores: number;
  readonly in: { readonly condor_config: string };
  readonly out: { readonly condor_config: string; readonly 'condor_config.local': string };
}

describe("the worker node's own script", () => {
  const { skip, text } = fromShared('conformance/seed-scripts.json');
  test('comes to the same slots and the same condor_config', { skip }, () => {
    const cases = (JSON.parse(text()) as readonly Case[]).filter(({ kind }) => kind === 'condor');
    assert.ok(cases.length >= 10);
    const network = { interface: 'eth0', address: '10.1.1.1', interfaces: [] };
    const yaml = 'condor: {central_manager: cm, password: x, min_slots: 0, files: condor_config.local}';
    for (const { mem, cores, in: given, out } of cases) {
      const where = context({ memoryKiB: mem, cpus: cores, network });
      const [item] = plan(condor, yaml, where);
      const edit = item?.changes.find((each) => each.kind === 'edit');
      assert.ok(edit?.kind === 'edit');
      assert.equal(edited(given.condor_config, edit.edit), out.condor_config);
      // The seed's script appends to the existing file, without spaces around the sign; bootagent writes a separate file.
      const [, slots] = /NUM_CPUS=(\d+)/.exec(out['condor_config.local']) ?? [];
      const local = fileOf(yaml, '/etc/condor/condor_config.local', where) ?? '';
      assert.match(local, new RegExp(`^NUM_CPUS = ${slots}$`, 'm'));
    }
  });
});
