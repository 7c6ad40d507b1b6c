import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { growpart } from '../../modules/growpart.ts';
import { context } from '../support/facts.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

const root = { kind: 'growth', target: '/' } as const;

describe('growpart', () => {
  for (const [yaml, expected] of [
    ['hostname: a', [{ at: 'growpart', changes: [root] }]],
    ['growpart: {mode: growpart}', [{ at: 'growpart', changes: [root] }]],
    [
      'growpart: {devices: [/, /data, /dev/vdc1]}',
      [
        { at: 'growpart.devices[0]', changes: [root] },
        { at: 'growpart.devices[1]', changes: [{ kind: 'growth', target: '/data' }] },
        { at: 'growpart.devices[2]', changes: [{ kind: 'growth', target: '/dev/vdc1' }] },
      ],
    ],
    ['growpart: {lvm_new_pv: true}', [{ at: 'growpart', changes: [{ ...root, newVolume: true }] }]],
    ['resize_rootfs: false', [{ at: 'growpart', changes: [{ ...root, only: 'device' }] }]],
    ['resize_rootfs: noblock', [{ at: 'growpart', changes: [root] }]],
    ['growpart: {mode: off}', [{ at: 'resize_rootfs', changes: [{ ...root, only: 'filesystem' }] }]],
    ['growpart: {mode: false}\nresize_rootfs: false', []],
  ] as const) {
    test(yaml.replace('\n', ', '), () => assert.deepEqual(plan(growpart, yaml), expected));
  }

  test('leaves partitions where /etc/growroot-disabled is there, and says so', () => {
    const where = context({ paths: ['/etc/growroot-disabled'] });
    assert.deepEqual(plan(growpart, 'a: 1', where), [
      {
        at: 'growpart',
        changes: [],
        notes: [{ level: 'note', text: 'growpart: no partition is grown, as /etc/growroot-disabled is there' }],
      },
      { at: 'resize_rootfs', changes: [{ ...root, only: 'filesystem' }] },
    ]);
    assert.deepEqual(plan(growpart, 'growpart: {ignore_growroot_disabled: true}', where), [
      { at: 'growpart', changes: [root] },
    ]);
  });

  for (const [yaml, message] of [
    [
      'growpart: {mode: fast}',
      'user-data:1:18 growpart.mode: expected auto or growpart or gpart or growfs or off or false or False, got "fast"',
    ],
    ['resize_rootfs: perhaps', 'user-data:1:16 resize_rootfs: expected true or false, got "perhaps"'],
  ] as const) {
    test(`tells of ${yaml}, and the root grows all the same`, () => {
      assert.deepEqual(foundIn(growpart, yaml), [message]);
      assert.deepEqual(planned(growpart, yaml).plan, [{ at: 'growpart', changes: [root] }]);
    });
  }

  test('leaves out a device that is none, and keeps the others', () => {
    const yaml = 'growpart: {devices: [sda1, /]}';
    assert.deepEqual(foundIn(growpart, yaml), [
      'user-data:1:22 growpart.devices[0]: expected a mount point or a device, such as / or /dev/vdb1, got "sda1"',
    ]);
    assert.deepEqual(planned(growpart, yaml).plan, [{ at: 'growpart.devices[1]', changes: [root] }]);
  });
});
