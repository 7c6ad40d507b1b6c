import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linesOf, soundBoot } from '../machine/support/boot.ts';
import { run, unable } from '../machine/support/scratch.ts';
import { ec2Firmware, nothingChanged, rootBytes, swapBytes } from './support/expect.ts';
import { machine } from './support/vm.ts';

const skip = unable('qemu-system-x86_64', 'mmdebstrap', 'rpm', 'ssh');
const GiB = 2 ** 30;

/** The swap section of the CentOS 6 image's user-data, verbatim: the swap of two cores does not fit the uploaded image. */
const userData = `#cloud-config

bootcmd:
 - |
    SWAP_PER_CORE_KB=3000000
    SWAP_FILE=/swap
    SWAP_SIZE_KB=$(( $(grep -c bogomips /proc/cpuinfo) * SWAP_PER_CORE_KB ))
    if [[ ! -e "$SWAP_FILE" ]] ; then
      fallocate -l \${SWAP_SIZE_KB}000 "$SWAP_FILE"
      mkswap "$SWAP_FILE"
    fi

mounts:
 - [ /swap, swap, swap, sw ]
`;

const probe = {
  fstab: 'cat /etc/fstab',
  mode: 'stat -c %a /swap',
  table: 'sfdisk --json /dev/vda',
  disk: 'blockdev --getsize64 /dev/vda',
};

describe('a guest whose swap fits its disk, but not its image', { skip }, () => {
  test('grows before bootcmd, swaps, and can be logged in to', { timeout: 2_400_000 }, async (t) => {
    await using vm = await machine({ probe });
    await run('truncate', ['-s', String(12 * GiB), vm.disk.file]);
    await vm.cloud.serve({ id: 'i-1', keys: { visitor: vm.key }, userData }, 'imdsv2');
    let whoami = '';
    const first = await vm.boot({
      smbios: ec2Firmware,
      visit: async ({ ssh }) => {
        whoami = await ssh('debian', 'sudo -n id -un').catch(String);
      },
    });
    await t.test('it comes up in order, and its user may become root', () => {
      soundBoot(first);
      assert.equal(whoami, 'root\n');
    });
    await t.test('its root fills the disk', () => {
      assert.ok(rootBytes(first) > 11 * GiB, `${rootBytes(first)}`);
      const [entry] = JSON.parse(first.read('table')).partitiontable.partitions;
      const left = Number(first.read('disk')) - (entry.start + entry.size) * 512;
      assert.ok(left <= 2 ** 20, `${left} bytes are left`);
    });
    await t.test('it swaps to 3 GB a core, and nobody else can read that', () => {
      assert.equal(Math.round(swapBytes(first, '/swap') / 1e6), 6000);
      assert.equal(first.read('mode').trim(), '600');
      assert.ok(linesOf(first.read('fstab')).includes('/swap\tswap\tswap\tsw,comment=cloudconfig\t0\t2'));
    });

    const second = await vm.boot({ smbios: ec2Firmware });
    await t.test('the second boot leaves all of it, and swaps again', () => {
      soundBoot(second);
      nothingChanged(first, second, ['fstab', 'mode', 'table', 'root']);
      assert.equal(swapBytes(second, '/swap'), swapBytes(first, '/swap'));
    });
  });
});
