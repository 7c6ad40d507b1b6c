import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlayHost } from '../../agent/engine/overlay-host.ts';
import { memoryHost } from '../support/memory-host.ts';

test('a growth gives room to paths below its mount point, and to no others', async () => {
  const host = overlayHost(memoryHost({ freeBytes: 100 }));
  host.include({ why: 'grows', room: { path: '/data', bytes: 5 } });
  const free = async (path: string) => (await host.space(path))?.free;
  assert.deepEqual([await free('/data'), await free('/data/a')], [105, 105]);
  assert.deepEqual([await free('/'), await free('/data2'), await free('/var')], [100, 100, 100]);
  host.include({ why: 'grows', room: { path: '/', bytes: 7 } });
  // The file system that is mounted nearest has the file.
  assert.deepEqual([await free('/'), await free('/var'), await free('/data/a')], [107, 107, 105]);
});

test('a predicted file, link and removal are read in place of those of the machine', async () => {
  const host = overlayHost(memoryHost({ files: { '/etc/a': 'old', '/etc/b': 'b' } }));
  host.include({ why: 'x', file: { path: '/etc/a', before: 'old', after: 'new' }, gone: ['/etc/b'] });
  host.include({ why: 'x', link: { path: '/etc/c', target: '/etc/a' }, tables: [{ path: '/etc/d', after: 'd' }] });
  assert.deepEqual([await host.readText('/etc/a'), await host.readText('/etc/d')], ['new', 'd']);
  assert.equal(Buffer.from((await host.readBytes('/etc/a', { from: 1, length: 2 })) ?? []).toString(), 'ew');
  assert.deepEqual(await host.list('/etc'), ['a']);
  assert.equal(await host.readLink('/etc/c'), '/etc/a');
});
