import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { linux } from '../../agent/host/linux.ts';
import { unable } from '../support/able.ts';
import { traced } from '../support/tracing.ts';

function tree() {
  const root = mkdtempSync(join(tmpdir(), 'bootagent-prepared-'));
  mkdirSync(join(root, 'etc'));
  return {
    root,
    host: linux({ root, offline: true }),
    list: (folder: string) => readdirSync(join(root, folder)).sort(),
    text: (path: string) => readFileSync(join(root, path), 'utf8'),
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

const attributes = { mode: 0o640 };

describe('a new file that was prepared', () => {
  test('has no name before it is written, and then all of what was asked', async () => {
    using own = tree();
    await own.host.prepareFiles([{ path: '/srv/new/a', content: 'x', attributes }]);
    assert.deepEqual(own.list('srv/new'), ['.a.bootagent']);
    const { ino } = statSync(join(own.root, 'srv/new/.a.bootagent'));
    await own.host.writeFile('/srv/new/a', 'x', attributes);
    assert.deepEqual(own.list('srv/new'), ['a']);
    const stats = statSync(join(own.root, 'srv/new/a'));
    assert.deepEqual([stats.ino, stats.mode & 0o777, own.text('srv/new/a')], [ino, 0o640, 'x']);
  });

  for (const [what, content, mode] of [
    ['another content', 'y', 0o640],
    ['another mode', 'x', 0o600],
  ] as const) {
    test(`is not used for ${what}`, async () => {
      using own = tree();
      await own.host.prepareFiles([{ path: '/etc/a', content: 'x', attributes }]);
      await own.host.writeFile('/etc/a', content, { mode });
      assert.deepEqual([own.list('etc'), own.text('etc/a')], [['a'], content]);
      assert.equal(statSync(join(own.root, 'etc/a')).mode & 0o777, mode);
    });
  }

  test('is not used if another file has its place', async () => {
    using own = tree();
    await own.host.prepareFiles([{ path: '/etc/a', content: 'x', attributes }]);
    writeFileSync(join(own.root, 'etc/other'), 'y');
    rmSync(join(own.root, 'etc/.a.bootagent'));
    writeFileSync(join(own.root, 'etc/.b'), '');
    writeFileSync(join(own.root, 'etc/.a.bootagent'), 'of another');
    await own.host.writeFile('/etc/a', 'x', attributes);
    assert.deepEqual([own.text('etc/a'), own.list('etc')], ['x', ['.b', 'a', 'other']]);
  });

  test('is removed if it was not needed', async () => {
    using own = tree();
    await own.host.prepareFiles([{ path: '/etc/a', content: 'x', attributes }]);
    await own.host.discardPrepared();
    assert.deepEqual(own.list('etc'), []);
  });

  test('is none where a file exists, a folder cannot be made, or a path occurs twice', async () => {
    using own = tree();
    writeFileSync(join(own.root, 'etc/there'), 'old');
    const paths = ['/etc/there', '/etc/there/below', '/etc/twice', '/etc/twice'];
    await own.host.prepareFiles(paths.map((path, index) => ({ path, content: `${index}`, attributes })));
    assert.deepEqual(own.list('etc'), ['.twice.bootagent', 'there']);
    for (const content of ['2', '3']) await own.host.writeFile('/etc/twice', content, attributes);
    assert.deepEqual([own.list('etc'), own.text('etc/twice')], [['there', 'twice'], '3']);
  });
});

describe('a thousand files', { skip: unable('strace'), timeout: 300_000 }, () => {
  const folders = 10;
  const files = Array.from({ length: 1000 }, (_, n) => `- {path: /srv/${n % folders}/f${n}, content: "${n}"}`);
  const userData = `#cloud-config\nwrite_files:\n${files.join('\n')}\n`;

  test('cost a flush for each folder, and not one for each file', () => {
    using own = tree();
    const words = ['run', '--root', own.root, '--user-data', '-', '--only', 'write_files'];
    const { calls, out } = traced(words, ['-e', 'trace=fsync,fdatasync,sync,syncfs'], userData);
    assert.match(out, /1000 changes applied/);
    const onDisk = calls.filter((line) => !line.includes(`${own.root}/run`));
    assert.ok(onDisk.length <= 2 * folders + 12, `${onDisk.length} flushes:\n${onDisk.slice(0, 60).join('\n')}`);
    assert.equal(own.list('srv').flatMap((name) => own.list(`srv/${name}`)).length, 1000);
    assert.equal(own.text('srv/9/f999'), '999');
  });

  test('that exist already are compared, and nothing is written', () => {
    using own = tree();
    const words = ['run', '--root', own.root, '--user-data', '-', '--only', 'write_files', '--force'];
    traced(words, ['-e', 'trace=fsync'], userData);
    const { calls, out } = traced(words, ['-e', 'trace=fsync,syncfs'], userData);
    assert.match(out, /0 changes applied|Nothing was due/);
    assert.deepEqual(
      calls.filter((line) => line.includes('/srv') || line.includes('syncfs')),
      [],
    );
  });
});
