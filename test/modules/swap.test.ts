import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { swap } from '../../modules/swap.ts';
import { context, GiB, MiB, root } from '../support/facts.ts';
import { foundIn, plan } from '../support/settings.ts';

const bytesOf = (yaml: string, own: Parameters<typeof context>[0] = {}): number | undefined => {
  const change = plan(swap, yaml, context(own))[0]?.changes[0];
  return change?.kind === 'swap' ? change.bytes : undefined;
};

describe('swap', () => {
  test('plans nothing unless asked', () => {
    assert.deepEqual(plan(swap, 'hostname: a'), []);
    assert.deepEqual(plan(swap, 'swap: {size: 0}'), []);
  });

  test('is used at every boot', () => {
    assert.deepEqual(plan(swap, 'swap: {filename: /swap, size: 2G}'), [
      {
        at: 'swap',
        changes: [
          { kind: 'swap', path: '/swap', bytes: 2 * GiB },
          {
            kind: 'edit',
            path: '/etc/fstab',
            edit: {
              syntax: 'fstab',
              put: { spec: '/swap', file: 'none', type: 'swap', options: 'sw,comment=bootagent', dump: '0', pass: '0' },
            },
          },
        ],
        notes: [{ level: 'note', text: 'swap: 2147483648 bytes (2.0 GiB): as configured' }],
      },
    ]);
  });

  test('is a file in /var in image mode, sized by the space there', () => {
    const mounts = [
      root({ type: 'overlay', source: 'composefs', bytes: 0, freeBytes: 0 }),
      root({ target: '/var', freeBytes: 40 * GiB }),
    ];
    const where = context({ mounts, paths: ['/run/ostree-booted'] });
    const [item] = plan(swap, 'swap: {size: auto}', where);
    assert.deepEqual(item?.changes[0], { kind: 'swap', path: '/var/swap.img', bytes: 4 * GiB, advised: true });
    assert.match(item?.notes?.[1]?.text ?? '', /the file is \/var\/swap\.img, not \/swap\.img/);
    const [chosen] = plan(swap, 'swap: {filename: /var/swap, size: 1G}', where);
    assert.equal(chosen?.notes?.length, 1);
  });

  for (const [settings, own, bytes] of [
    ['{size: 512M}', {}, 512 * MiB],
    ['{size: 1073741824}', {}, GiB],
    ['{size: 8G, maxsize: 3G}', {}, 3 * GiB],
    ['{per_core: 3G}', { cpus: 4 }, 12 * GiB],
    ['{per_core_kb: 3000000}', { cpus: 8 }, 24_000_000_000],
    ['{per_core_kb: 3000000, maxsize: 10G}', { cpus: 8 }, 10 * GiB],
    ['{of_memory: 50%}', { memoryKiB: 8 * 2 ** 20 }, 4 * GiB],
    ['{of_memory: 50%}', { memoryKiB: 8 * 2 ** 20 - 60_000 }, 4 * GiB - 64 * MiB],
  ] as const) {
    test(`${settings}: ${bytes}`, () => assert.equal(bytesOf(`swap: ${settings}`, own), bytes));
  }

  for (const [memory, bytes] of [
    [256 * MiB, 256 * MiB],
    [2 * GiB, 2 * GiB],
    [4 * GiB, 4 * GiB],
    [16 * GiB, 4 * GiB],
    [32 * GiB, 6 * GiB],
    [64 * GiB, 8 * GiB],
    [128 * GiB, 11 * GiB],
    [256 * GiB, 16 * GiB],
    [512 * GiB, 23 * GiB],
  ] as const) {
    test(`auto beside ${memory / MiB} MiB of memory: ${bytes / MiB} MiB`, () => {
      assert.equal(bytesOf('swap: {size: auto}', { memoryKiB: memory / 1024 }), bytes);
      assert.equal(bytesOf('swap: {}', { memoryKiB: memory / 1024 }), bytes);
    });
  }

  for (const [settings, free, bytes] of [
    ['{size: auto}', 8 * GiB, 2 * GiB],
    ['{size: auto, maxsize: 3G}', 8 * GiB, 3 * GiB],
    ['{size: auto, maxsize: 10G}', 2 * GiB, Math.floor(0.9 * 2 * 1024) * MiB],
    ['{size: auto}', MiB, undefined],
  ] as const) {
    test(`${settings} beside ${free / MiB} MiB free: ${bytes}`, () => {
      const mounts = [root({ freeBytes: free })];
      assert.equal(bytesOf(`swap: ${settings}`, { memoryKiB: 16 * 2 ** 20, mounts }), bytes);
    });
  }

  test('is sized by the file system it is to lie on', () => {
    const mounts = [root(), root({ target: '/data', freeBytes: 4 * GiB })];
    assert.equal(bytesOf('swap: {filename: /data/swap, size: auto}', { mounts }), GiB);
  });

  test('says where it is too little to be made', () => {
    const mounts = [root({ freeBytes: MiB })];
    assert.deepEqual(plan(swap, 'swap: {size: auto}', context({ mounts }))[0]?.notes, [
      { level: 'warning', text: 'swap: none is made, as by 4.0 GiB of memory and 1.0 MiB free' },
    ]);
  });

  for (const [settings, message] of [
    ['{size: lots}', 'user-data:1:14 swap.size: expected a size such as 512M or 2G, got "lots"'],
    ['{size: 2G, file: /x}', 'user-data:1:18 swap.file: no such setting; did you mean "filename"?'],
    [
      '{size: 2G, colour: x}',
      'user-data:1:18 swap.colour: no such setting; there are: filename, size, maxsize, per_core, per_core_kb, of_memory',
    ],
    ['{size: 2G, per_core: 1G}', 'user-data:1:7 swap: size and per_core each give a size; keep one of them'],
    ['{filename: swap.img}', 'user-data:1:18 swap.filename: expected an absolute path without "..", got "swap.img"'],
    ['{of_memory: half}', 'user-data:1:19 swap.of_memory: expected a share of the memory such as 50%, got "half"'],
    ['2G', 'user-data:1:7 swap: expected a mapping, got "2G"'],
  ] as const) {
    test(`refuses ${settings}`, () => assert.deepEqual(foundIn(swap, `swap: ${settings}`), [message]));
  }
});
