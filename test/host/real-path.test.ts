import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realPath } from '../../agent/host/real-path.ts';
import { memoryHost } from '../support/memory-host.ts';

test('a path leads to where its links point', async () => {
  const host = memoryHost({
    directories: ['/var/mnt/disk', '/srv'],
    links: { '/mnt': 'var/mnt', '/a': '/mnt/disk', '/var/mnt/up': '../../srv', '/loop': 'loop' },
  });
  for (const [path, real] of [
    ['/', '/'],
    ['/srv/x/', '/srv/x'],
    ['/mnt', '/var/mnt'],
    ['/mnt/none/b', '/var/mnt/none/b'],
    ['/a/x', '/var/mnt/disk/x'],
    ['/mnt/up/x', '/srv/x'],
    ['/mnt/disk/../up', '/srv'],
  ] as const) {
    assert.equal(await realPath(path, host), real, path);
  }
  await assert.rejects(realPath('/loop/x', host), { code: 'unsafe-path' });
});
