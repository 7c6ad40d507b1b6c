import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Schedule, Stage } from '../../../agent/engine/module.ts';
import { stages } from '../../../agent/engine/module.ts';
import { accounts, groups } from '../../../agent/facts/accounts.ts';
import { packages } from '../../../modules/packages/module.ts';
import { users } from '../../../modules/users.ts';
import { deferredFiles, writeFiles } from '../../../modules/write-files.ts';
import { booted, type Machine, machineOf, units } from '../../support/boots.ts';
import { facts } from '../../support/facts.ts';
import { withPackageAccount } from '../../support/people/package-account.ts';

const schedule: Schedule = { local: [], early: [], main: [users, writeFiles], final: [packages, deferredFiles] };

const withPackages = withPackageAccount();

async function ownersAfter(userData: string, how: readonly (readonly Stage[])[], boots = 1) {
  const machine = machineOf(withPackages);
  const said: string[] = [];
  for (let boot = 0; boot < boots; boot++) said.push(...(await run(machine, userData, how)));
  return { machine, said };
}

const run = (machine: Machine, userData: string, how: readonly (readonly Stage[])[]): Promise<string[]> =>
  booted(machine, {
    schedule,
    units: how,
    cloud: { id: 'i-1', userData: `#cloud-config\n${userData}` },
    own: {
      gatherFacts: async () => facts({ users: await accounts(machine.host), groups: await groups(machine.host) }),
    },
  });

const ways = [
  ['one run', [stages]],
  ['stage by stage', units],
  ['each stage alone', stages.map((stage) => [stage])],
] as const;

for (const [way, how] of ways) {
  describe(`write_files in ${way}`, () => {
    for (const [what, userData, owner] of [
      ['a user', 'users: [{name: eve}]\nwrite_files: [{path: /etc/x, owner: "eve:eve"}]', '1000:1000'],
      ['the default user', 'user: ann\nwrite_files: [{path: /etc/x, owner: "ann:ann"}]', '1000:1000'],
      ['a group', 'users: []\ngroups: [devs]\nwrite_files: [{path: /etc/x, owner: "root:devs"}]', '0:1000'],
      ['a user of the image', 'users: []\nwrite_files: [{path: /etc/x, owner: "root:adm"}]', '0:4'],
      ['a package', 'users: []\npackages: [pkg]\nwrite_files: [{path: /etc/x, owner: "pkg:pkg"}]', '990:990'],
      [
        'a user, appended',
        'users: [{name: eve}]\nwrite_files: [{path: /etc/x, owner: "eve:eve", append: true, content: a}]',
        '1000:1000',
      ],
      [
        'a user, deferred',
        'users: [{name: eve}]\nwrite_files: [{path: /etc/x, owner: "eve:eve", defer: true}]',
        '1000:1000',
      ],
    ] as const) {
      test(`writes a file whose owner comes from ${what}`, async () => {
        const { machine, said } = await ownersAfter(userData, how);
        const node = machine.host.nodes.get('/etc/x');
        assert.equal(node && `${node.uid}:${node.gid}`, owner, said.join('\n'));
        assert.deepEqual(said.filter((line) => line === 'made file /etc/x').length, 1, said.join('\n'));
        assert.ok(!said.some((line) => /problem|failed/.test(line)), said.join('\n'));
      });
    }

    test('reports a file whose owner never comes, at each boot', async () => {
      const { said } = await ownersAfter('users: []\nwrite_files: [{path: /etc/x, owner: "gone:gone"}]', how, 2);
      assert.equal(said.filter((line) => line.startsWith('problem write_files')).length, 2, said.join('\n'));
    });

    test('writes a file whose owner a corrected configuration brings at the next boot', async () => {
      const { machine } = await ownersAfter('users: []\nwrite_files: [{path: /etc/x, owner: "eve:eve"}]', how);
      const cloud = 'users: [{name: eve}]\nwrite_files: [{path: /etc/x, owner: "eve:eve"}]';
      machine.store.files.delete('instance.json');
      const image = await booted(machine, {
        schedule,
        units: how,
        image: 'users: [{name: eve}]\n',
        own: {
          gatherFacts: async () => facts({ users: await accounts(machine.host), groups: await groups(machine.host) }),
        },
      });
      const said = [...image, ...(await run(machine, cloud, how))];
      assert.equal(machine.host.nodes.get('/etc/x')?.uid, 1000, said.join('\n'));
    });
  });
}

test('a preview lists a file once, for any owner', async () => {
  const machine = machineOf(withPackages);
  const said = await booted(machine, {
    schedule,
    mode: 'preview',
    units: [stages],
    cloud: {
      id: 'i-1',
      userData:
        '#cloud-config\nusers: [eve]\nwrite_files: [{path: /a, owner: "eve:eve"}, {path: /b, owner: "root:adm"}, {path: /c, owner: "pkg:pkg"}]',
    },
    own: {
      gatherFacts: async () => facts({ users: await accounts(machine.host), groups: await groups(machine.host) }),
    },
  });
  assert.deepEqual(
    said.filter((line) => line.startsWith('due file')),
    ['due file /a', 'due file /b', 'due file /c'],
  );
});
