import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedDump } from '../../agent/growth/dump.ts';

const head = 'label: gpt\nlabel-id: 6C0D0DC8\ndevice: /dev/nvme0n1\nunit: sectors\nfirst-lba: 34\n';
const dump = `${head}last-lba: 2097118\nsector-size: 512

/dev/nvme0n1p1 : start=        2048, size=      131072, type=C12A7328, uuid=A, name="EFI System", attrs="RequiredPartition"
/dev/nvme0n1p10 : start=      133120, size=     1964032, type=0FC63DAF, uuid=B
`;

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
