import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Schedule, stages } from '../../../agent/engine/module.ts';
import { accounts, groups } from '../../../agent/facts/accounts.ts';
import { schedule as wholeSchedule } from '../../../modules/index.ts';
import { packages } from '../../../modules/packages/module.ts';
import { sshKeys } from '../../../modules/ssh-keys.ts';
import { users } from '../../../modules/users.ts';
import { deferredFiles, writeFiles } from '../../../modules/write-files.ts';
import { booted, type How, machineOf, units } from '../../support/boots.ts';
import { facts } from '../../support/facts.ts';
import { everything } from '../../support/memory-host.ts';
import { often } from '../../support/often.ts';
import { withPackageAccount } from '../../support/people/package-account.ts';
import { unitMachine, unitText, wantsLink } from '../../support/unit-machine.ts';

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

/** One run of all stages, the processes of a boot, and a process for each stage. */
const anyWay = fc.constantFrom(
  [stages],
  units,
  stages.map((stage) => [stage]),
);

test('what one module makes and a later one needs is there at the end, or the failure is reported', async () => {
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
      const before = everything(machine.host);
      await booted(machine, { ...how, units: [stages], sameBoot: true, own: { ...how.own, force: true } });
      assert.deepEqual(everything(machine.host), before, 'a second run with fresh facts changes nothing');

      function idIn(table: string, name: string): number {
        const line = machine.host.text(table)?.match(new RegExp(`^${name}:x:(\\d+):`, 'm'));
        return Number(line?.[1]);
      }
    }),
    { numRuns: often(300) },
  );
});

/** The order of the real schedule: what brings a unit, and what needs it. */
const ofUnits = ['write_files', 'packages', 'write_files_deferred', 'services', 'runcmd'];
const unitSchedule = Object.fromEntries(
  Object.entries(wholeSchedule).map(([stage, modules]) => [
    stage,
    modules.filter(({ name }) => ofUnits.includes(name)),
  ]),
) as unknown as Schedule;

const unitOf = fc.record({
  maker: fc.constantFrom('write_files', 'write_files deferred', 'package', 'image', 'nothing'),
  enabledBy: fc.constantFrom('services', 'runcmd', 'nothing'),
  startedBy: fc.constantFrom('services', 'runcmd', 'nothing'),
});

interface WantedUnit {
  readonly unit: string;
  readonly index: number;
  readonly maker: string;
  readonly enabledBy: string;
  readonly startedBy: string;
}

/** Returns the cloud-config that makes the units, and those that `services` enables and starts. */
function unitConfig(wanted: readonly WantedUnit[]) {
  const madeBy = (maker: string) => wanted.filter((each) => each.maker === maker);
  const file = (defer: boolean) => (each: WantedUnit) => ({
    path: `/etc/systemd/system/${each.unit}`,
    content: unitText,
    ...(defer && { defer }),
  });
  const enable = wanted.filter(({ enabledBy }) => enabledBy === 'services');
  const start = wanted.filter(({ startedBy }) => startedBy === 'services');
  const config = {
    packages: madeBy('package').map(({ index }) => `pkg${index}`),
    write_files: [...madeBy('write_files').map(file(false)), ...madeBy('write_files deferred').map(file(true))],
    services: { enable: enable.map(({ unit }) => unit), start: start.map(({ unit }) => unit) },
    runcmd: wanted.flatMap(({ unit, enabledBy, startedBy }) => [
      ...(enabledBy === 'runcmd' ? [`systemctl enable ${unit}`] : []),
      ...(startedBy === 'runcmd' ? [`systemctl start ${unit}`] : []),
    ]),
  };
  return { enable, start, config };
}

test('a unit that one module makes is enabled and started by a later one, or the failure is reported', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(unitOf, { minLength: 1, maxLength: 5 }), anyWay, async (asked, way) => {
      const wanted = asked.map((each, index) => ({ ...each, unit: `pkg${index}.service`, index }));
      const { enable, start, config } = unitConfig(wanted);
      const madeBy = (maker: string) => wanted.filter((each) => each.maker === maker);
      const active = new Set<string>();
      const given = unitMachine(
        madeBy('image').map(({ unit }) => unit),
        active,
      );
      const machine = machineOf({
        ...given,
        shell: (line) => {
          const answer = given.programs?.systemctl?.(line.split(' ').slice(1), machine.host, '');
          return { code: typeof answer === 'object' ? (answer.code ?? 0) : 0 };
        },
      });
      const how: How = {
        schedule: unitSchedule,
        cloud: { id: 'i-1', userData: `#cloud-config\n${JSON.stringify(config)}` },
        own: { gatherFacts: async () => facts({ systemd: 257, programs: ['dnf', 'systemctl', 'bash'] }) },
      };
      const plan = await booted(machine, { ...how, mode: 'preview', units: [stages] });
      const said = await booted(machine, { ...how, units: way });
      const context = said.join('\n');
      for (const { unit, maker, enabledBy, startedBy } of wanted) {
        const exists = maker !== 'nothing';
        assert.equal(machine.host.nodes.has(wantsLink(unit)), exists && enabledBy !== 'nothing', `${unit}\n${context}`);
        assert.equal(active.has(unit), exists && startedBy !== 'nothing', `${unit}\n${context}`);
      }
      const reported = (list: readonly WantedUnit[], verb: string) =>
        list.forEach(({ maker }, index) => {
          const isReported = said.some((line) => line.startsWith(`problem services services.${verb}[${index}]: `));
          assert.equal(isReported, maker === 'nothing', `${verb}[${index}]\n${context}`);
        });
      reported(enable, 'enable');
      reported(start, 'start');
      const lost = madeBy('nothing').some((each) => [each.enabledBy, each.startedBy].includes('runcmd'));
      assert.equal(
        said.some((line) => line.startsWith('problem runcmd ')),
        lost,
        context,
      );
      for (const line of plan.filter((each) => each.startsWith('due '))) {
        const change = line.replace('due ', '');
        const failed = change === 'script runcmd' || madeBy('nothing').some(({ unit }) => change.endsWith(` ${unit}`));
        assert.ok(failed || said.includes(`made ${change}`), `${line} is neither made nor reported\n${context}`);
      }
      const before = [everything(machine.host), [...active].sort()];
      await booted(machine, { ...how, units: [stages], sameBoot: true, own: { ...how.own, force: true } });
      assert.deepEqual([everything(machine.host), [...active].sort()], before, 'a second run changes nothing');
    }),
    { numRuns: often(300) },
  );
});
