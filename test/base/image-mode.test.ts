import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keptPath } from '../../agent/base/image-mode.ts';

describe('in image mode, a path', () => {
  for (const path of ['/var/swap', '/etc/a', '/home/ann/a', '/root/a', '/srv/a', '/mnt/data/swap']) {
    test(`${path} stays`, () => assert.equal(keptPath(path), path));
  }
  for (const path of ['/swap.img', '/usr/a', '/variable/a', '/data/swap']) {
    test(`${path} moves below /var`, () => assert.equal(keptPath(path), `/var${path}`));
  }
});
