import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Run } from '../../agent/boot/stages/boot.ts';
import { runModule } from '../../agent/boot/stages/module-run.ts';
import { datasources } from '../../agent/datasources/index.ts';
import { openState } from '../../agent/state/state.ts';
import { memoryStore } from '../../agent/state/store.ts';
import { readUserData } from '../../agent/userdata/read-user-data.ts';
import { told } from '../../agent/userdata/schema/source-node.ts';
import { configFindings } from '../../agent/validate/config-findings.ts';
import { settingsBySource } from '../../agent/validate/datasource-settings.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';
import { cloudConfig } from '../support/cloud-config.ts';
import { context } from '../support/facts.ts';

const modules = Object.values(schedule).flat();

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILMXJn659PB2071SNuuQa3088He8uW5OhQShhZCXA13+ a';

/** Two machines that differ from those for which `validate` plans. */
const machines = [
  context({}, { datasource: 'ec2' }),
  context(
    {
      os: { id: 'ubuntu', family: 'debian', version: '24.04', name: 'Ubuntu' },
      programs: ['bash', 'apt-get', 'chronyd'],
      sh: 'dash',
    },
    { datasource: 'openstack', publicKeys: [key] },
  ),
];

/** Returns the reports of a plan on each of these machines, as "at: text", without places. */
async function planReports(content: string): Promise<readonly string[]> {
  const { config, scripts } = await readUserData(Buffer.from(content), { source: 'user-data' });
  const reports = [];
  for (const machine of machines) {
    const said = new Set(configFindings(config, scripts, modules).map(({ at, message }) => `${at}: ${message}`));
    const run: Run = {
      state: openState(memoryStore()),
      act: { mode: 'planned' },
      bootId: 'b',
      secret: () => {},
      report: (event) => {
        if (event.event === 'problem') said.add(bare(event.at, event.problem.message));
        if (event.event === 'note' && event.level !== 'note') said.add(bare(event.at ?? '', event.text));
      },
    };
    for (const module of modules) await runModule(module, config, { ...machine, scripts }, run);
    reports.push(said);
  }
  const [first = new Set<string>(), ...others] = reports;
  return [...first].filter((each) => others.every((other) => other.has(each)));
}

function bare(at: string, text: string): string {
  const rest = text.replace(/^user-data:\d+:\d+: /, '');
  return rest.startsWith(`${at}: `) ? rest : `${at}: ${rest}`;
}

const valid = (content: string) => validate(Buffer.from(content), 'user-data', schedule);

/** A configuration, and its reports: line, column, level, code, key, text. */
const cases: readonly (readonly [config: string, ...reported: string[]])[] = [
  [
    'vendor_data: {prefix: /bin/env}',
    "2:15 warning[unsupported] vendor_data.prefix: no command is run before each of the vendor's scripts",
  ],
  [
    'users: [default, {name: a, ssh_import_id: [gh:a], doas: [permit], snapuser: a@b}]',
    '2:58 warning[plan-warning] users[1].doas[0]: expected a rule of doas.conf about a, such as "permit nopass a"; the rule is left out',
    '2:67 warning[unsupported] users[1].snapuser: not supported: bootagent does not install snaps',
  ],
  [
    'cloud_final_modules: [runcmd, own, [cc_ntp, always]]',
    '2:31 warning[unsupported] cloud_final_modules[1]: "own" is not a module of cloud-init, and bootagent does not run it',
  ],
  [
    'packages: [a, {snap: [x]}]',
    '2:23 warning[unsupported] packages[1].snap[0]: x is not installed: bootagent does not use snap',
  ],
  [
    'network: {version: 2, ethernets: {}}',
    '2:1 warning[unsupported] network: ignored: only the datasource configures the network (network-config of a seed, or the metadata)',
  ],
  ['network: {config: disabled}'],
  [
    'datasource: {Ec2: {max_wait: 1, max_wat: 2}, OpenStac: {}}',
    '2:33 warning[unsupported] datasource.Ec2.max_wat: not a setting of this datasource; ignored',
    '2:46 warning[unsupported] datasource.OpenStac: not a datasource of bootagent; ignored',
  ],
  [
    'ssh_keys: {rsa_foo: x}',
    '2:12 warning[plan-warning] ssh_keys.rsa_foo: ignored: a host key is named TYPE_private, TYPE_public or TYPE_certificate, TYPE rsa, ecdsa or ed25519',
  ],
  ['runcmd: 1', '2:9 error[bad-settings] runcmd: expected a list of commands, got "1"'],
  [
    'write_files: [{path: /var/lib/cloud/scripts/per-boot/a.sh, content: a}]',
    '2:15 warning[unsupported] write_files[0]: bootagent runs no scripts in this directory; bootcmd runs at each boot',
  ],
  [
    'runcmd: [echo cloud-init, "x; cloud-init-per once a b", [/usr/bin/cloud-init, init], cloud-init status --wait]',
    '2:27 warning[unsupported] runcmd[1]: calls "cloud-init-per", which bootagent does not have; the package bootagent-compat has it; runcmd runs once for each instance, bootcmd at each boot',
    '2:57 warning[unsupported] runcmd[2]: calls "cloud-init", which bootagent does not have; the package bootagent-compat answers status, query, clean, schema, collect-logs and analyze',
  ],
];

describe('validate reports what a plan reports on any machine', () => {
  for (const [config, ...reported] of cases) {
    test(config, async () => {
      const { findings } = await valid(`#cloud-config\n${config}\n`);
      assert.deepEqual(
        findings.map(
          ({ place, level, code, at, message }) => `${place.line}:${place.column} ${level}[${code}] ${at}: ${message}`,
        ),
        reported,
      );
    });
  }

  test('of scripts too', async () => {
    const { findings } = await valid('#!/bin/sh\n# cloud-init-per\ncloud-init-per once a b\n');
    assert.deepEqual(
      findings.map(({ place, message }) => `${told(place)} ${message.slice(0, 22)}`),
      ['user-data:1:1 calls "cloud-init-per"'],
    );
  });

  const every = `#cloud-config\n${modules
    .flatMap(({ reads }) => Object.keys(reads as object))
    .filter((key, index, all) => all.indexOf(key) === index)
    .map((key) => `${key}: {nonsense: [1]}\n`)
    .join('')}`;
  const examples = globSync('examples/*.yaml').map((path) => [path, readFileSync(path, 'utf8')] as const);
  for (const [name, content] of [
    ...cases.map(([config]) => [config, `#cloud-config\n${config}\n`] as const),
    ['each key with a wrong value', every] as const,
    ['much of what people write', cloudConfig] as const,
    ['a script', '#!/bin/sh\ncloud-init clean\n'] as const,
    ...examples,
  ]) {
    test(`and nothing less: ${name}`, async () => {
      const reports = await planReports(content);
      const { findings } = await valid(content);
      const validated = new Set(findings.map(({ at, message }) => `${at}: ${message}`));
      assert.deepEqual(
        reports.filter((each) => !validated.has(each)),
        [],
      );
    });
  }

  test('the comparison sees a plan report', async () => {
    assert.ok((await planReports(`#cloud-config\n${cases[0]?.[0]}\n`)).length > 0);
    assert.ok((await planReports(every)).length > 30);
  });
});

test('the settings of each datasource are declared', () => {
  const names = datasources.filter(({ silent }) => !silent).map(({ alias }) => alias.toLowerCase());
  assert.deepEqual([...settingsBySource.keys()].toSorted(), [...new Set(names)].toSorted());
});
