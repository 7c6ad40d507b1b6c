import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { writeFile } from '../../agent/host/files.ts';
import type { Host } from '../../agent/host/host.ts';
import { linux } from '../../agent/host/linux.ts';
import { runProgram } from '../../agent/host/processes.ts';
import { fileHandler } from '../../agent/resources/files/file.ts';
import { memoryHost } from '../support/memory-host.ts';
import { hostContract } from './host.contract.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-host-'));
after(() => rmSync(scratch, { recursive: true }));
const isRoot = process.getuid?.() === 0;

hostContract('a machine made of maps', () => memoryHost());
hostContract('a tree of files', () => tree().host);

function tree(): { host: Host; root: string } {
  const root = mkdtempSync(join(scratch, 'root-'));
  return { host: linux({ root, offline: true }), root };
}

const refused = (doing: Promise<unknown>, message: string): Promise<void> =>
  assert.rejects(doing, { code: 'unsafe-path', message });

describe('a file that is longer than anything that is read as a whole', () => {
  const long = (size: number) => {
    const { host, root } = tree();
    writeFileSync(join(root, 'long'), 'first\n');
    truncateSync(join(root, 'long'), size);
    return host;
  };

  test('is refused, by its size and before any of it is read', async () => {
    const expected = { code: 'file-failed', message: /^Cannot read \/long: it is larger than 16\.0 MiB/ };
    await assert.rejects(long(2 ** 40).readText('/long'), expected);
    await assert.rejects(long(16 * 2 ** 20 + 1).readBytes('/long'), expected);
  });

  test('can be read in pieces, and one as long as the limit as a whole', async () => {
    assert.equal(
      Buffer.from((await long(2 ** 40).readBytes('/long', { from: 0, length: 5 })) ?? []).toString(),
      'first',
    );
    assert.equal((await long(16 * 2 ** 20).readBytes('/long'))?.length, 16 * 2 ** 20);
  });

  test('is refused where its size is not known before', async () => {
    const { host, root } = tree();
    spawnSync('mkfifo', [join(root, 'pipe')]);
    const writer = spawn('sh', ['-c', 'exec cat /dev/zero >"$1"', 'sh', join(root, 'pipe')], { stdio: 'ignore' });
    try {
      // Opened for reading and writing, the pipe has a reader, so that its writer can start.
      const both = openSync(join(root, 'pipe'), 'r+');
      readSync(both, Buffer.alloc(1));
      await assert.rejects(host.readBytes('/pipe'), { code: 'file-failed' });
      closeSync(both);
    } finally {
      writer.kill('SIGKILL');
    }
  });

  test('is replaced where another file is wanted in its place', async () => {
    const host = long(2 ** 40);
    const change = { kind: 'file', path: '/long', content: 'new\n', mode: 0o644 } as const;
    assert.equal(await fileHandler.compare(change, host), 'has other content, 1.0 TiB of it');
    await fileHandler.apply(change, host);
    assert.equal(await host.readText('/long'), 'new\n');
  });
});

describe('a file that is replaced', () => {
  test('is the old or the new one for every reader, never something between', async () => {
    const { host, root } = tree();
    await host.writeFile('/a', 'old');
    const reader = openSync(join(root, 'a'), 'r');
    await host.writeFile('/a', 'new');
    assert.equal(readFileSync(reader, 'utf8'), 'old');
    closeSync(reader);
    assert.equal(await host.readText('/a'), 'new');
    assert.deepEqual(readdirSync(root), ['a']);
  });

  test('is intact, and nothing lies beside it, when the new one cannot be written to its end', () => {
    const { root } = tree();
    writeFileSync(join(root, 'a'), 'old');
    const script = `
      import { linux } from '${join(import.meta.dirname, '../../agent/host/linux.ts')}';
      const host = linux({ root: ${JSON.stringify(root)}, offline: true });
      await host.writeFile('/a', 'n'.repeat(1e6)).catch(({ message }) => console.log(message));
    `;
    const { stdout } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 64; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      {
        encoding: 'utf8',
      },
    );
    assert.equal(stdout, 'Cannot write /a: the file is larger than allowed\n');
    assert.deepEqual([readdirSync(root), readFileSync(join(root, 'a'), 'utf8')], [['a'], 'old']);
  });

  test('leaves nothing of a run that was killed while writing it', async () => {
    const { host, root } = tree();
    writeFileSync(join(root, '.a.bootagent'), 'half of the n');
    await host.writeFile('/a', 'new');
    assert.deepEqual(readdirSync(root), ['a']);
    symlinkSync('nowhere', join(root, '.bootagent-link'));
    await host.link('/l', 'a');
    assert.deepEqual(readdirSync(root), ['a', 'l']);
  });

  test('has the mode it was told, whatever the umask is, and so have its folders', async () => {
    const { host, root } = tree();
    const umask = process.umask(0o077);
    try {
      await host.writeFile('/d/e/a', 'x', { mode: 0o664 });
      await host.makeDirectory('/f', { mode: 0o775 });
    } finally {
      process.umask(umask);
    }
    const modes = ['d', 'd/e', 'd/e/a', 'f'].map((each) => (statSync(join(root, each)).mode & 0o777).toString(8));
    assert.deepEqual(modes, ['755', '755', '664', '775']);
  });

  test('keeps its owner, and takes the one it is told', {
    skip: !isRoot && 'only root can give files away',
  }, async () => {
    const { host, root } = tree();
    await host.writeFile('/etc/passwd', 'eve:x:1234:1234::/:/bin/sh\n');
    await host.writeFile('/etc/group', 'eves:x:4321:\n');
    await host.writeFile('/a', 'x', { owner: 'eve', group: 'eves', mode: 0o4755 });
    await host.writeFile('/a', 'y');
    const { uid, gid, mode } = statSync(join(root, 'a'));
    assert.deepEqual([uid, gid, mode & 0o7777], [1234, 4321, 0o4755]);
    await assert.rejects(host.writeFile('/b', 'x', { owner: 'nobody-here' }), {
      message: 'There is no user "nobody-here"',
    });
    assert.equal(await host.stat('/b'), undefined);
  });

  test('gives its label to what takes its place and to nothing else, whatever links come in between', () => {
    const { root } = tree();
    for (const name of ['a', 'secret']) writeFileSync(join(root, name), name);
    let seen: string[] = [];
    writeFile(root, '/a', 'new', {}, (...held) => {
      for (const name of ['a', '.a.bootagent']) {
        rmSync(join(root, name));
        symlinkSync('secret', join(root, name));
      }
      seen = held.map((path) => readFileSync(path, 'utf8'));
    });
    assert.deepEqual(seen, ['a', 'new']);
  });

  test('of no end is not read, nor a device that has none', {
    skip: !isRoot && 'only root makes devices',
  }, async () => {
    const { host, root } = tree();
    assert.equal(spawnSync('mknod', [join(root, 'zero'), 'c', '1', '5']).status, 0);
    assert.deepEqual([await host.readText('/zero'), (await host.readBytes('/zero'))?.length], ['', 0]);
  });

  test('of terabytes is not read', async () => {
    const { host, root } = tree();
    writeFileSync(join(root, 'a'), '');
    truncateSync(join(root, 'a'), 2 ** 42);
    await assert.rejects(host.readText('/a'), { code: 'file-failed' });
    await assert.rejects(host.readBytes('/a'), { code: 'file-failed' });
  });

  test('of the kernel is written to, as it cannot be replaced', async () => {
    const own = linux({ root: '/', offline: false });
    const before = readFileSync('/proc/self/comm', 'utf8');
    try {
      await own.writeFile('/proc/self/comm', 'renamed');
      assert.equal(readFileSync('/proc/self/comm', 'utf8'), 'renamed\n');
    } finally {
      await own.writeFile('/proc/self/comm', before.trim());
    }
  });
});

describe('in a tree, a link', () => {
  for (const [what, target] of [
    ['that climbs', '../../../../../../outside'],
    ['that is absolute', '/outside'],
    ['that climbs on its way', '/etc/../../outside'],
  ] as const) {
    test(`${what} stays in the tree, regardless of its owner`, async () => {
      const { host, root } = tree();
      mkdirSync(join(root, 'etc'));
      symlinkSync(target, join(root, 'etc/out'));
      await host.writeFile('/etc/out', 'x');
      assert.deepEqual(readdirSync(root).sort(), ['etc', 'outside']);
      assert.equal(await host.readText('/etc/out'), 'x');
    });
  }

  test('for a folder on the way stays in the tree too', async () => {
    const { host, root } = tree();
    symlinkSync('/elsewhere', join(root, 'var'));
    mkdirSync(join(root, 'elsewhere'));
    await host.writeFile('/var/lib/a', 'x');
    assert.equal(readFileSync(join(root, 'elsewhere/lib/a'), 'utf8'), 'x');
    await host.remove('/var/lib/a');
    assert.deepEqual(readdirSync(join(root, 'elsewhere/lib')), []);
  });

  test('and dots in a path that is asked for stay in it', async () => {
    const { host, root } = tree();
    await host.writeFile('/../../a', 'x');
    await host.writeFile('//etc//./b/../c', 'y');
    assert.deepEqual(
      [readdirSync(root).sort(), readdirSync(join(root, 'etc'))],
      [
        ['a', 'etc'],
        ['b', 'c'],
      ],
    );
  });
});

describe('a link that another user can set', () => {
  test('is not followed: in a folder that all can write in', async () => {
    const { host, root } = tree();
    mkdirSync(join(root, 'tmp'));
    chmodSync(join(root, 'tmp'), 0o1777);
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync('/elsewhere/shadow', join(root, 'tmp/a'));
    symlinkSync('/elsewhere', join(root, 'tmp/d'));
    const message = (link: string) => `${link} is a link where others can write, and is not followed`;
    await refused(host.writeFile('/tmp/a', 'x'), message('/tmp/a'));
    await refused(host.writeFile('/tmp/d/passwd', 'x'), message('/tmp/d'));
    await refused(host.readText('/tmp/a'), message('/tmp/a'));
    await refused(host.truncate('/tmp/a'), message('/tmp/a'));
    await refused(host.setAttributes('/tmp/a', { mode: 0o777 }), message('/tmp/a'));
    await refused(host.makeDirectory('/tmp/d/e'), message('/tmp/d'));
    assert.deepEqual(readdirSync(join(root, 'elsewhere')), []);
  });

  test('is not followed: in a home, below the folder that must not be left', async () => {
    const { host, root } = tree();
    mkdirSync(join(root, 'home/eve/.ssh'), { recursive: true });
    symlinkSync('/elsewhere/shadow', join(root, 'home/eve/.ssh/authorized_keys'));
    symlinkSync('/elsewhere', join(root, 'home/eve/conf'));
    const within = '/home/eve';
    await refused(
      host.writeFile('/home/eve/.ssh/authorized_keys', 'x', { within }),
      '/home/eve/.ssh/authorized_keys is a link in /home/eve, and is not followed',
    );
    await refused(
      host.writeFile('/home/eve/conf/passwd', 'x', { within }),
      '/home/eve/conf is a link in /home/eve, and is not followed',
    );
    assert.deepEqual(readdirSync(root), ['home']);
  });

  test('is not followed: the home itself', async () => {
    const { host, root } = tree();
    mkdirSync(join(root, 'home'));
    symlinkSync('/elsewhere', join(root, 'home/eve'));
    await refused(
      host.writeFile('/home/eve/.ssh/authorized_keys', 'x', { within: '/home/eve' }),
      '/home/eve is a link in /home/eve, and is not followed',
    );
  });

  test('is not followed: in the folder of another user', { skip: !isRoot && 'only root has others' }, async () => {
    const { host, root } = tree();
    mkdirSync(join(root, 'srv'));
    symlinkSync('/elsewhere/shadow', join(root, 'srv/a'));
    chownSync(join(root, 'srv'), 1234, 1234);
    await refused(host.writeFile('/srv/a', 'x'), '/srv/a is a link where others can write, and is not followed');
  });

  for (const [who, open] of [
    ['a change', ({ host }: ReturnType<typeof tree>) => host.setAttributes('/srv', { mode: 0o777 })],
    ['a program', ({ root }: ReturnType<typeof tree>) => runProgram(['chmod', '777', join(root, 'srv')])],
  ] as const) {
    test(`is not followed: in a folder that was seen to be safe, until ${who} opened it`, async () => {
      const here = tree();
      mkdirSync(join(here.root, 'srv'));
      symlinkSync('/elsewhere/hosts', join(here.root, 'srv/a'));
      await here.host.readText('/srv/a');
      await open(here);
      await refused(here.host.readText('/srv/a'), '/srv/a is a link where others can write, and is not followed');
    });
  }

  test('is not followed: in place of a folder, once a program has opened the folder above it', async () => {
    const { host, root } = tree();
    mkdirSync(join(root, 'srv/own'), { recursive: true });
    writeFileSync(join(root, 'srv/own/a'), 'x');
    assert.equal(await host.readText('/srv/own/a'), 'x');
    await runProgram(['chmod', '777', join(root, 'srv')]);
    renameSync(join(root, 'srv/own'), join(root, 'srv/moved'));
    symlinkSync('/elsewhere', join(root, 'srv/own'));
    await refused(host.readText('/srv/own/a'), '/srv/own is a link where others can write, and is not followed');
  });

  test('is not followed by what changes something, however safe the folder was a moment ago', async () => {
    const { host, root } = tree();
    for (const folder of ['srv/d', 'elsewhere']) mkdirSync(join(root, folder), { recursive: true });
    for (const file of ['srv/d/hosts', 'elsewhere/hosts']) writeFileSync(join(root, file), 'x');
    assert.equal(await host.readText('/srv/d/hosts'), 'x');
    rmSync(join(root, 'srv/d'), { recursive: true });
    chmodSync(join(root, 'srv'), 0o777);
    symlinkSync('/elsewhere', join(root, 'srv/d'));
    await refused(host.remove('/srv/d/hosts'), '/srv/d is a link where others can write, and is not followed');
    assert.deepEqual(readdirSync(join(root, 'elsewhere')), ['hosts']);
  });

  test('is not followed by a removal, in a folder of the system that is another user’s', {
    skip: !isRoot && 'only root has others',
  }, async () => {
    const { host, root } = tree();
    writeFileSync(join(root, 'secret'), 'x');
    const theirs = mkdtempSync('/usr/share/bootagent-test-');
    try {
      symlinkSync(root, join(theirs, 'd'));
      chownSync(theirs, 1234, 1234);
      const own = linux({ root: '/', offline: false });
      await refused(
        own.remove(join(theirs, 'd/secret')),
        `${theirs}/d is a link where others can write, and is not followed`,
      );
      assert.equal(await host.readText('/secret'), 'x');
    } finally {
      rmSync(theirs, { recursive: true });
    }
  });

  test('is removed, told and replaced like any other', async () => {
    const { host, root } = tree();
    mkdirSync(join(root, 'tmp'));
    chmodSync(join(root, 'tmp'), 0o1777);
    for (const name of ['a', 'b']) symlinkSync('/elsewhere/shadow', join(root, 'tmp', name));
    assert.equal(await host.readLink('/tmp/a'), '/elsewhere/shadow');
    await host.remove('/tmp/a');
    await host.link('/tmp/b', '/etc/hosts');
    assert.deepEqual([readdirSync(join(root, 'tmp')), await host.readLink('/tmp/b')], [['b'], '/etc/hosts']);
  });
});
