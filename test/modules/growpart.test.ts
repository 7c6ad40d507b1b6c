import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { earlyGrowpart, growpart } from '../../modules/growpart.ts';
import { schedule } from '../../modules/index.ts';
import { context, GiB, MiB, root as mounted } from '../support/facts.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

const root = { kind: 'growth', target: '/' } as const;
/** The plans of both stages. */
const grown = (yaml: string, where = context()) =>
  [earlyGrowpart, growpart].flatMap((module) => plan(module, yaml, where));

describe('growpart', () => {
  test('in image mode, free space is that of /var: its / is a view without any', () => {
    const mounts = (free: number) => [
      mounted({ type: 'overlay', source: 'composefs', freeBytes: 0 }),
      mounted({ target: '/var', freeBytes: free }),
    ];
    const early = (free: number) =>
      plan(earlyGrowpart, 'hostname: a', context({ mounts: mounts(free), paths: ['/run/ostree-booted'] }));
    assert.equal(early(GiB).length, 0);
    assert.equal(early(MiB).length, 1);
  });

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
    test(yaml.replace('\n', ', '), () => assert.deepEqual(grown(yaml), expected));
  }

  test('leaves partitions where /etc/growroot-disabled is there, and says so', () => {
    const where = context({ paths: ['/etc/growroot-disabled'] });
    assert.deepEqual(grown('a: 1', where), [
      {
        at: 'growpart',
        changes: [],
        notes: [{ level: 'note', text: 'growpart: no partition is grown, as /etc/growroot-disabled is there' }],
      },
      { at: 'resize_rootfs', changes: [{ ...root, only: 'filesystem' }] },
    ]);
    assert.deepEqual(grown('growpart: {ignore_growroot_disabled: true}', where), [{ at: 'growpart', changes: [root] }]);
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
    assert.deepEqual(plan(earlyGrowpart, yaml), [{ at: 'growpart.devices[1]', changes: [root] }]);
  });
});

describe('growth before sshd', () => {
  const MiB = 2 ** 20;
  const where = (freeMiB: number, more: Parameters<typeof context>[0] = {}) =>
    context({
      mounts: [
        {
          target: '/',
          source: '/dev/vda1',
          type: 'ext4',
          options: ['rw'],
          device: '254:1',
          bytes: 4000 * MiB,
          freeBytes: freeMiB * MiB,
        },
      ],
      ...more,
    });
  const file = (content: number, more = '') => `write_files: [{path: /a, content: "${'x'.repeat(content)}"${more}}]`;

  for (const [what, yaml, early, given = where(1000)] of [
    ['nothing that takes space', '{}', false],
    ['an image with little space left', '{}', 'both', where(100)],
    ['a root file system of unknown size', '{}', 'both', context({ mounts: [] })],
    ['files that fit', file(1000), false],
    ['files that do not fit', file(2 * MiB), 'both', where(129)],
    ['files that do not fit, but are written last', file(2 * MiB, ', defer: true'), false, where(129)],
    ['a file of unknown size', 'write_files: [{path: /a, source: {uri: "http://a/b"}}]', true],
    ['a packed file', 'write_files: [{path: /a, encoding: gz+b64, content: H4sI}]', true],
    ['a swap file', 'swap: {size: 64M}', true],
    ['a swap file that is in use', 'swap: {filename: /swap, size: 64M}', false, where(1000, { swaps: ['/swap'] })],
    ['a swap file of the default name that is in use', 'swap: {}', false, where(1000, { swaps: ['/swap.img'] })],
    ['bootcmd', 'bootcmd: [make-swap]', true],
    ['bootcmd without commands', 'bootcmd: []', false],
    ['bootcmd behind sshd', 'bootcmd: [make-swap]\nbootcmd_after_sshd: true', false],
    ['devices that are named', 'growpart: {devices: [/]}', true],
    ['a swap setting that is wrong', 'swap: [1]', true],
  ] as const) {
    test(`${what}: ${early === 'both' ? 'grows first, and is looked at again' : early ? 'grows first' : 'waits'}`, () => {
      const [now, then] = [earlyGrowpart, growpart].map((module) => plan(module, yaml, given).length);
      assert.deepEqual([now, then], [early === false ? 0 : 1, early === true ? 0 : 1]);
    });
  }

  test('a boothook: grows first', () => {
    const script = { name: 'hook', content: '#!/bin/sh\n', when: 'boothook' } as const;
    assert.equal(plan(earlyGrowpart, '{}', { ...where(1000), scripts: [script] }).length, 1);
  });

  test('comes before all that may need the space, and reports no setting that others report', () => {
    assert.equal(schedule.early[0], earlyGrowpart);
    assert.equal(schedule.final[0], growpart);
    assert.deepEqual(foundIn(earlyGrowpart, 'growpart: {mode: fast}\nresize_rootfs: perhaps'), []);
  });
});
