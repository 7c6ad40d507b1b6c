import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bootUnits } from '../../agent/boot/unit-states.ts';
import { memoryHost } from '../support/memory-host.ts';

const names = ['bootagent-local.service', 'bootagent.service', 'bootagent-final.service'];
/** The properties of a unit, as systemd shows them. */
type Shown = Readonly<Record<string, string>>;
const ran: Shown = { ActiveState: 'active', ConditionTimestampMonotonic: '5' };
const untried: Shown = { ActiveState: 'inactive', ConditionTimestampMonotonic: '0' };
const skipped: Shown = { ActiveState: 'inactive', ConditionTimestampMonotonic: '5' };
const queued: Shown = { ...untried, Job: '44' };
const broken: Shown = { ...skipped, ActiveState: 'failed', Result: 'exit-code' };

function asked(stages: readonly string[], shown: readonly Shown[], files = {}, offline = false) {
  const blocks = shown.map((own, at) => {
    const all = { Id: names[at], Result: 'success', UnitFileState: 'enabled', ...own };
    return Object.entries(all)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('');
  });
  const host = memoryHost({
    files,
    offline,
    programs: {
      systemctl: (args) => {
        assert.deepEqual(args.slice(-names.length), names, 'systemd is asked about the units of the agent');
        return blocks.join('\n');
      },
    },
  });
  return bootUnits(stages, host);
}

describe('of a boot', () => {
  const [local, middle, final] = ['local', 'main', 'final'];
  const dropped = (called: string, unit: string) => `the boot's ${called} never ran: systemd did not start ${unit}`;
  const noLast = dropped('last stage', 'bootagent-final.service');
  const cases: readonly (readonly [
    string,
    readonly string[],
    readonly Shown[],
    readonly string[],
    readonly string[],
  ])[] = [
    ['the last stage was dropped', [local, middle], [ran, ran, untried], [], [noLast]],
    [
      'the middle was dropped, the last is ahead',
      [local],
      [ran, untried, queued],
      ['bootagent-final.service'],
      [dropped('middle stages', 'bootagent.service')],
    ],
    [
      'the first was dropped',
      [middle],
      [untried, ran, queued],
      ['bootagent-final.service'],
      [dropped('first stage', 'bootagent-local.service')],
    ],
    ['the last stage is ahead', [local, middle], [ran, ran, queued], ['bootagent-final.service'], []],
    [
      'the middle is at work',
      [local],
      [ran, { ActiveState: 'activating', ConditionTimestampMonotonic: '5' }, queued],
      ['bootagent.service', 'bootagent-final.service'],
      [],
    ],
    [
      'the last could not begin',
      [local, middle],
      [ran, ran, broken],
      [],
      [`the boot's last stage never ran: bootagent-final.service failed before it began (exit-code)`],
    ],
    ['a stage that ran has failed, which the run tells itself', [local, middle], [ran, broken, skipped], [], []],
    ['a condition kept a unit from starting', [local], [ran, skipped, skipped], [], []],
    ['a unit is not enabled', [local, middle], [ran, ran, { ...untried, UnitFileState: 'disabled' }], [], []],
    ['nothing was tried: installed since', [], [untried, untried, untried], [], []],
    ['nothing was tried yet', [], [queued, queued, queued], names, []],
    ['all stages ran', [local, middle, final], [ran, ran, untried], [], []],
    ['systemd says nothing', [local], [], [], []],
  ];
  for (const [what, stages, shown, ahead, neverRan] of cases)
    test(what, async () => assert.deepEqual(await asked(stages, shown), { ahead, neverRan }));

  test('that asks for nothing, no unit is missed, nor of a tree', async () => {
    const nothing = { ahead: [], neverRan: [] };
    const shown = [ran, ran, untried];
    assert.deepEqual(await asked([local], shown, { '/run/bootagent/nothing-due': '' }), nothing);
    assert.deepEqual(await asked([local], shown, {}, true), nothing);
  });
});
