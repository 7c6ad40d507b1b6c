import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { soundBoot } from './support/boot.ts';
import { container } from './support/container.ts';
import { nameOf, proven } from './support/proven.ts';
import { unable } from './support/scratch.ts';
import { type Release, releases } from './support/trees.ts';

const skip = unable('systemd-nspawn', 'mmdebstrap', 'rpm');

describe('the package, booted by systemd', { skip }, () => {
  for (const [release, version] of Object.entries(releases)) {
    test(`${version} comes up in order, with its end reached and nothing failed`, async () => {
      await using machine = await container(release as Release);
      const boot = await machine.boot();
      soundBoot(boot);
      proven({
        system: nameOf(machine.root),
        level: 'booted in a container',
        told: `systemd ${version}, systemd-nspawn`,
      });
      assert.equal(boot.unit('bootagent-local.service').ActiveState, 'active');
    });
  }
});
