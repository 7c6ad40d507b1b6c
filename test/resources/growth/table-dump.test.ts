import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedDump, parseDump } from '../../../agent/resources/growth/table-dump.ts';

const head = 'label: gpt\nlabel-id: 6C0D0DC8\ndevice: /dev/nvme0n1\nunit: sectors\nfirst-lba: 34\n';
const dump = `${head}last-lba: 2097118\nsector-size: 512

/dev/nvme0n1p1 : start=        2048, size=      131072, type=C12A7328, uuid=A, name="EFI System", attrs="RequiredPartition"
/dev/nvme0n1p10 : start=      133120, size=     1964032, type=0FC63DAF, uuid=B
`;

test('it is read, whatever stands behind a type', () => {
  const named = dump.replace('EFI System', 'type=1, size=2 : start=3');
  assert.deepEqual(parseDump(named), {
    label: 'gpt',
    sectorBytes: 512,
    entries: [
      { number: 1, start: 2048, sectors: 131_072, type: 'C12A7328' },
      { number: 10, start: 133_120, sectors: 1_964_032, type: '0FC63DAF' },
    ],
    odd: undefined,
  });
});

test('an old one does not tell the size of a sector, and one without partitions has none', () => {
  assert.deepEqual(parseDump(head), { label: 'gpt', sectorBytes: undefined, entries: [], odd: undefined });
});

for (const line of ['/dev/vda1 : start=1, type=83', '/dev/vda : start=1, size=2, type=83', '[9 bytes more]']) {
  test(`a line is told that is none of a partition: ${line}`, () => {
    assert.equal(parseDump(`${dump}${line}\n`).odd, line);
  });
}

test('one size is changed, and nothing else of any partition', () => {
  assert.equal(
    changedDump(dump, { node: '/dev/nvme0n1p10', sectors: 4_000_000 }),
    dump.replace('last-lba: 2097118\n', '').replace('     1964032', '4000000'),
  );
  assert.equal(
    changedDump(dump, { node: '/dev/nvme0n1p1', sectors: 131_000 }),
    dump.replace('last-lba: 2097118\n', '').replace('      131072', '131000'),
  );
});

test('a partition is added under its number', () => {
  const change = { node: '/dev/nvme0n1p2', start: 2_097_152, sectors: 2048, type: '8e' };
  assert.equal(
    changedDump(dump, change),
    `${dump.replace('last-lba: 2097118\n', '')}/dev/nvme0n1p2 : start=2097152, size=2048, type=8e\n`,
  );
});
