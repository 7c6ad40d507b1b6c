import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { soundBoot } from '../machine/support/boot.ts';
import { unable } from '../machine/support/scratch.ts';
import { type Description, describe as instance } from '../support/metadata/description.ts';
import { fatImage, isoImage } from '../support/metadata/images.ts';
import { configDriveFiles, contextFiles, nocloudFiles, wakameFiles } from '../support/metadata/trees.ts';
import { machine } from './support/vm.ts';

const skip = unable('qemu-system-x86_64', 'mmdebstrap', 'rpm', 'genisoimage', 'mkfs.vfat');

const userData = `#cloud-config
runcmd:
  - echo ran >>/root/ran
`;

const drives: Readonly<Record<string, (given: Description) => Uint8Array>> = {
  'a NoCloud iso': (given) => isoImage(nocloudFiles(given), 'cidata', '-R', '-J'),
  'a config drive, iso': (given) => isoImage(configDriveFiles(given), 'config-2', '-R', '-J'),
  'a config drive, vfat': (given) => fatImage(configDriveFiles(given), 'config-2'),
  'an OpenNebula context iso': (given) => isoImage(contextFiles(given), 'CONTEXT', '-R', '-J'),
  'a Wakame vfat drive': (given) => fatImage(wakameFiles(given), 'METADATA'),
};

describe('a machine with no metadata service but', { skip }, () => {
  for (const [name, image] of Object.entries(drives)) {
    test(`${name} reads its identity and its commands from it`, { timeout: 1_200_000 }, async () => {
      await using vm = await machine({ probe: { ran: 'cat /root/ran', id: 'bootagent query v1.instance_id' } });
      const drive = join(vm.folder, 'drive.img');
      writeFileSync(drive, image(instance({ id: 'i-0abc', keys: { visitor: vm.key }, userData })));
      const boot = await vm.boot({ drives: [drive] });
      soundBoot(boot);
      assert.equal(boot.read('ran'), 'ran\n');
      assert.match(boot.read('id'), /i-0abc|4711/);
    });
  }

  test('nothing at all starts as fast as it can, and says so', { timeout: 1_200_000 }, async () => {
    await using vm = await machine();
    const boot = await vm.boot();
    soundBoot(boot);
    assert.match(boot.read('journal'), /datasource No metadata: no datasource was detected/);
  });
});
