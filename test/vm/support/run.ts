import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * `npm run test:vm`: the machines we make of Debian, each booted; `npm run test:vm -- life seal`: some of them.
 * `npm run test:vm -- --image FILE.qcow2`: what holds of any image, on one that somebody has; `--uefi` where its disk
 * does not start by BIOS.
 */
const { values, positionals } = parseArgs({
  options: { image: { type: 'string' }, uefi: { type: 'boolean', default: false } },
  allowPositionals: true,
});

/** Besides these there is "given", for an image of somebody's: on one of ours, it would take CI too long. */
const suite = ['cut', 'disks', 'drives', 'image', 'life', 'seal', 'selinux', 'services'];
const files = values.image !== undefined ? ['given'] : positionals.length > 0 ? positionals : suite;
const image = values.image === undefined ? undefined : resolve(values.image);
if (image !== undefined && !existsSync(image)) {
  console.error(`test:vm: there is no file ${image}; --image takes a disk image that qemu-img can read`);
  process.exit(2);
}

const { status } = spawnSync(
  process.execPath,
  [
    ...['--test', '--test-reporter=./test/support/totals.ts', '--test-concurrency=1'],
    ...files.map((name) => `test/vm/${name}.ts`),
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(image !== undefined && { BOOTAGENT_IMAGE: image }),
      ...(values.uefi && { BOOTAGENT_IMAGE_UEFI: '1' }),
    },
  },
);
process.exit(status ?? 1);
