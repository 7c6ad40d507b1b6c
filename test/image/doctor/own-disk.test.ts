import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ownDisk } from '../../../agent/image/doctor/own-disk.ts';
import { memoryHost } from '../../support/memory-host.ts';

/** A machine whose / is a view of a deployment, and whose third partition holds the physical root. */
const files = {
  '/proc/self/mountinfo':
    '1 0 0:30 / / ro - overlay composefs ro\n2 1 252:3 / /sysroot ro - xfs /dev/vda3 rw\n3 1 252:3 /var /var rw - xfs /dev/vda3 rw\n',
  '/sys/dev/block/252:3/partition': '3\n',
};

describe("the disk of a machine's root", () => {
  test('is that of /sysroot in image mode', async () => {
    const host = memoryHost({ files: { ...files, '/run/ostree-booted': '' } });
    const readLink = async () => '../../devices/pci0000:00/virtio0/block/vda/vda3';
    assert.equal(await ownDisk({ ...host, readLink }), '/dev/vda');
  });

  test('is unknown where / is an overlay for another reason', async () => {
    assert.deepEqual(await ownDisk(memoryHost({ files })), { notChecked: 'root is on overlay, not on a disk' });
  });
});
