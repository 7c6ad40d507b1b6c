import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlanItem } from '../../../agent/engine/change.ts';
import type { PartitionsChange } from '../../../agent/engine/kinds/storage.ts';
import type { Step } from '../../../agent/engine/step.ts';
import { applied, laws } from '../../support/laws.ts';
import { type MemoryHost, memoryHost } from '../../support/memory-host.ts';

const GiB = 2 ** 30;

interface Disk {
  /** What blkid prints for it. */
  readonly blkid?: string;
  readonly partitions?: number;
  readonly mounts?: string;
  readonly data?: string;
  readonly readOnly?: boolean;
}

/** A machine with the disk vdb, and an sfdisk that makes the partitions of its input. Inputs are in `inputs`. */
function machine({ blkid = '', partitions = 0, mounts = '', data = '', readOnly = false }: Disk = {}): MemoryHost & {
  readonly inputs: string[];
} {
  const inputs: string[] = [];
  let found = blkid;
  const sys = '/sys/devices/vdb';
  const entry = (number: number): Record<string, string> => ({
    [`${sys}/vdb${number}/partition`]: `${number}\n`,
    [`${sys}/vdb${number}/size`]: '2048\n',
    [`${sys}/vdb${number}/start`]: '2048\n',
    [`${sys}/vdb${number}/dev`]: `252:${16 + number}\n`,
    [`/dev/vdb${number}`]: '',
  });
  const numbers = Array.from({ length: partitions }, (_, index) => index + 1);
  const host = memoryHost({
    files: {
      '/proc/self/mountinfo': `1 0 252:1 / / rw - ext4 /dev/vda1 rw\n${mounts}`,
      [`${sys}/size`]: `${GiB / 512}\n`,
      [`${sys}/ro`]: readOnly ? '1\n' : '0\n',
      '/dev/vdb': data === '' ? new Uint8Array(512) : data,
      ...Object.assign({}, ...numbers.map(entry)),
    },
    links: Object.fromEntries([
      ['/sys/class/block/vdb', sys],
      ...[1, 2, 3].map((number) => [`/sys/class/block/vdb${number}`, `${sys}/vdb${number}`]),
    ]),
    programs: {
      blkid: (args) => (args.at(-1) === '/dev/vdb' ? found || { code: 2 } : { code: 2 }),
      wipefs: () => {
        found = '';
        return '';
      },
      udevadm: () => '',
      partx: () => '',
      flock: (_, it, input) => {
        inputs.push(input);
        found = `PTTYPE=${/^label: (\w+)$/m.exec(input)?.[1]}\n`;
        const count = input.trim().split('\n').length - 1;
        for (let number = 1; number <= count; number++) {
          for (const [path, text] of Object.entries(entry(number)))
            it.nodes.set(path, { type: 'file', bytes: Buffer.from(text), mode: 0o644, uid: 0, gid: 0, modifiedMs: 0 });
        }
        return '';
      },
    },
  });
  return Object.assign(host, { inputs });
}

const plan = (own: Partial<PartitionsChange> = {}): readonly PlanItem[] => [
  {
    at: 'disk_setup.vdb',
    changes: [
      {
        kind: 'partitions',
        device: '/dev/vdb',
        table: 'gpt',
        parts: [
          { percent: 25, type: 'A' },
          { percent: 75, type: 'B' },
        ],
        ...own,
      },
    ],
  },
];

const told = ([step]: readonly Step[]): string =>
  step?.outcome === 'failed'
    ? `failed: ${step.problem.message}`
    : `${step?.outcome}: ${step && 'difference' in step ? step.difference.why : step && 'note' in step ? step.note : ''}`;

describe('partitions', () => {
  test('are made on an empty disk, the last one to its end', async () => {
    const host = machine();
    assert.equal(told(await applied(plan(), host)), 'made: /dev/vdb is empty: 2 partitions');
    assert.deepEqual(host.inputs, ['label: gpt\nsize=256MiB, type=A\ntype=B\n']);
    assert.equal(
      host.did[0],
      'run flock --timeout 60 /dev/vdb sfdisk --quiet --no-reread --no-tell-kernel --wipe always --wipe-partitions always /dev/vdb',
    );
  });

  for (const [name, disk, why] of [
    ['a file system', { blkid: 'TYPE=xfs\n' }, '/dev/vdb holds xfs'],
    ['data without a signature', { data: 'words' }, '/dev/vdb holds data of no known kind'],
    ['another table', { blkid: 'PTTYPE=dos\n', partitions: 1 }, '/dev/vdb holds a dos table with 1 partition'],
    [
      'a table with other partitions',
      { blkid: 'PTTYPE=gpt\n', partitions: 3 },
      '/dev/vdb holds a gpt table with 3 partitions',
    ],
    ['an empty table', { blkid: 'PTTYPE=gpt\n' }, '/dev/vdb holds a gpt table'],
  ] as const) {
    test(`are not made over ${name}, and are with overwrite`, async () => {
      const host = machine(disk);
      assert.equal(told(await applied(plan(), host)), `holds: ${why} and is left alone, as "overwrite" was not set`);
      assert.deepEqual(host.did, []);
      const over = machine(disk);
      const done = await applied(
        plan({
          overwrite: true,
          ...('partitions' in disk && disk.partitions === 3
            ? { parts: [1, 2, 3].map(() => ({ percent: 30, type: 'A' })), table: 'dos' as const }
            : {}),
        }),
        over,
      );
      assert.match(told(done), /^made: \/dev\/vdb holds .*, which is overwritten$/);
    });
  }

  test('that are there already stay, with overwrite too', async () => {
    for (const more of [{}, { overwrite: true }] as const) {
      const host = machine({ blkid: 'PTTYPE=gpt\n', partitions: 2 });
      assert.equal(told(await applied(plan(more), host)), 'holds: ');
      assert.deepEqual(host.did, []);
    }
  });

  test('are not changed while one of them is mounted, whatever was asked', async () => {
    const mounts = '2 1 252:17 / /data rw - ext4 /dev/vdb1 rw\n';
    const host = machine({ blkid: 'PTTYPE=dos\n', partitions: 1, mounts });
    assert.equal(
      told(await applied(plan({ overwrite: true }), host)),
      'holds: /dev/vdb1 is in use, so /dev/vdb is left alone',
    );
    assert.deepEqual(host.did, []);
  });

  test('are not made on a partition or a read-only disk', async () => {
    const host = machine({ readOnly: true });
    assert.equal(told(await applied(plan({ overwrite: true }), host)), 'holds: /dev/vdb is read-only');
  });

  test('are removed only if that may cost data', async () => {
    const disk = { blkid: 'PTTYPE=dos\n' };
    const host = machine(disk);
    assert.match(told(await applied(plan({ parts: [] }), host)), /^holds: .* left alone/);
    const over = machine(disk);
    assert.match(told(await applied(plan({ parts: [], overwrite: true }), over)), /^made: /);
    assert.equal(over.did[0], 'run wipefs --all /dev/vdb');
    assert.equal(told(await applied(plan({ parts: [] }), machine())), 'holds: ');
  });

  test('on a disk that is not there fail', async () => {
    const step = await applied(plan({ device: '/dev/vdz' }), machine());
    assert.equal(told(step), 'failed: /dev/vdz does not exist');
  });

  test('on a disk that is too small fail with its size', async () => {
    const tiny = plan({ parts: [1, 99].map((percent) => ({ percent: percent / 20, type: 'A' })) });
    assert.match(told(await applied(tiny, machine())), /^failed: \/dev\/vdb is too small for a partition of 0\.05 %/);
  });

  test('that do not fit leave the earlier ones to the kernel', async () => {
    const host = machine({ blkid: 'PTTYPE=dos\n', partitions: 1 });
    const parts = [1, 99].map((percent) => ({ percent: percent / 20, type: 'A' }));
    assert.match(told(await applied(plan({ parts, overwrite: true }), host)), /^failed: \/dev\/vdb is too small/);
    assert.deepEqual(host.did, []);
  });
});

laws('partitions', plan(), () => machine());
