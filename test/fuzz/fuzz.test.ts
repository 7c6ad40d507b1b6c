import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFat } from '../../agent/block/fat.ts';
import { openIso } from '../../agent/block/iso9660.ts';
import { partitionTable } from '../../agent/block/partition-table.ts';
import { unpackedImage } from '../../agent/block/qcow2.ts';
import { fat, gptDisk, image, iso, qcow2, readers } from './readers.ts';
import { fuzzReaders } from './run.ts';

test('readers take their seeds, what failed once, and 3,000 inputs with mistakes', async () => {
  for (const { read, seeds } of readers) for (const seed of seeds) await read(seed as string & Uint8Array);
  const { inputs, failures } = await fuzzReaders({ seed: 7, inputs: 3_000 });
  assert.ok(inputs >= 3_000);
  assert.deepEqual(
    failures.map(({ reader, why }) => `${reader}: ${why}`),
    [],
  );
});

test('the seeds for images are read as what they are', async () => {
  assert.equal((await partitionTable(image(gptDisk)))?.partitions.length, 1);
  assert.equal((await unpackedImage(image(qcow2), 'x')).size > qcow2.length, true);
  assert.equal((await openIso(image(iso)))?.type, 'iso9660');
  assert.equal((await openFat(image(fat)))?.type, 'vfat');
});
