import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Schedule, stages } from '../../../agent/engine/module.ts';
import { accounts, groups } from '../../../agent/facts/accounts.ts';
import { packages } from '../../../modules/packages/module.ts';
import { sshKeys } from '../../../modules/ssh-keys.ts';
import { users } from '../../../modules/users.ts';
import { deferredFiles, writeFiles } from '../../../modules/write-files.ts';
import { booted, type How, machineOf, units } from '../../support/boots.ts';
import { facts } from '../../support/facts.ts';
import type { MemoryHost } from '../../support/memory-host.ts';
import { often } from '../../support/often.ts';
import { withPackageAccount } from '../../support/people/package-account.ts';

const schedule: Schedule = {
  local: [],
  early: [],
  main: [users, sshKeys, writeFiles],
  final: [packages, deferredFiles],
};

/** What creates each account, and the folder in which its owner may have files. */
const makers = {
  root: { owner: 'root:root', folder: '/etc' },
  image: { owner: 'root:adm', folder: '/opt/image' },
  user: { owner: 'eve:eve', folder: '/home/eve' },
  'user with groups': { owner: 'bob:team', folder: '/home/bob/.config/app' },
  group: { owner: 'root:devs', folder: '/srv/devs' },
  package: { owner: 'pkg:pkg', folder: '/var/lib/pkg' },
  nothing: { owner: 'gone:gone', folder: '/srv' },
} as const;
type Maker = keyof typeof makers;

const fileOf = fc.record({
  maker: fc.constantFrom(...(Object.keys(makers) as Maker[])),
  defer: fc.boolean(),
  append: fc.boolean(),
});

const stateOf = ({ nodes }: MemoryHost): Record<string, string> =>
  Object.fromEntries(
    [...nodes].map(([path, { type, uid, gid, mode, bytes }]) => [
      path,
      [type, uid, gid, mode.toString(8), Buffer.from(bytes).toString()].join(' '),
    ]),
  );

test('what one module makes and a later one needs is there at the end, or the failure is reported', async () => {
  const anyWay = fc.constantFrom(
    [stages],
    units,
    stages.map((stage) => [stage]),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fileOf, { minLength: 1, maxLength: 6 }), anyWay, async (files, way) => {
      const paths = files.map(({ maker }, index) => `${makers[maker].folder}/f${index}`);
      const asked = files.map(({ maker, ...flags }, index) => ({
        path: paths[index],
        content: `${index}\n`,
        owner: makers[maker].owner,
        ...flags,
      }));
      const config = {
        users: ['eve', { name: 'bob', primary_group: 'team', groups: ['extra'] }],
        groups: ['devs'],
        packages: ['pkg'],
        write_files: asked,
      };
      const machine = machineOf(withPackageAccount());
      const how: How = {
        schedule,
        cloud: { id: 'i-1', userData: `#cloud-config\n${JSON.stringify(config)}` },
        own: {
          gatherFacts: async () => facts({ users: await accounts(machine.host), groups: await groups(machine.host) }),
        },
      };
      const plan = await booted(machine, { ...how, mode: 'preview', units: [stages] });
      const said = await booted(machine, { ...how, units: way });
      const context = said.join('\n');
      files.forEach(({ maker }, index) => {
        const isReported = said.some((line) => line.includes(`write_files[${index}]: `));
        assert.equal(isReported, maker === 'nothing', context);
        if (maker === 'nothing') return;
        const path = paths[index] ?? '';
        const node = machine.host.nodes.get(path);
        const [user = '', group = ''] = makers[maker].owner.split(':');
        assert.equal(machine.host.text(path), `${index}\n`, context);
        assert.deepEqual([node?.uid, node?.gid], [idIn('/etc/passwd', user), idIn('/etc/group', group)], context);
      });
      for (const line of plan.filter((each) => each.startsWith('due '))) {
        const change = line.replace('due ', '');
        const failed = paths.some((path, index) => change === `file ${path}` && files[index]?.maker === 'nothing');
        assert.ok(failed || said.includes(`made ${change}`), `${line} is neither made nor reported\n${context}`);
      }
      const before = stateOf(machine.host);
      await booted(machine, { ...how, units: [stages], sameBoot: true, own: { ...how.own, force: true } });
      assert.deepEqual(stateOf(machine.host), before, 'a second run with fresh facts changes nothing');

      function idIn(table: string, name: string): number {
        const line = machine.host.text(table)?.match(new RegExp(`^${name}:x:(\\d+):`, 'm'));
        return Number(line?.[1]);
      }
    }),
    { numRuns: often(300) },
  );
});
