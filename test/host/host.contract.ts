import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../agent/base/problem.ts';
import type { Host } from '../../agent/host/host.ts';

/** The behaviour that all hosts share, so that what is proven with the memory host holds on a machine. */
export function hostContract(name: string, machine: () => Host): void {
  describe(`${name}: reading`, () => {
    test('gives back what was written, as text, as bytes and in pieces', async () => {
      const host = machine();
      await host.writeFile('/etc/a', 'one\ntwo\n');
      assert.equal(await host.readText('/etc/a'), 'one\ntwo\n');
      assert.deepEqual(bytes(await host.readBytes('/etc/a')), bytes('one\ntwo\n'));
      assert.deepEqual(bytes(await host.readBytes('/etc/a', { from: 4, length: 3 })), bytes('two'));
      assert.deepEqual(bytes(await host.readBytes('/etc/a', { from: 6, length: 100 })), bytes('o\n'));
      assert.deepEqual(bytes(await host.readBytes('/etc/a', { from: 100, length: 1 })), []);
    });

    test('keeps bytes that are no text as they are', async () => {
      const host = machine();
      const all = Uint8Array.from({ length: 256 }, (_, index) => index);
      await host.writeFile('/etc/a', all);
      assert.deepEqual(bytes(await host.readBytes('/etc/a')), bytes(all));
    });

    test('of what is not there is an answer, never an error', async () => {
      const host = machine();
      await host.writeFile('/file', 'x');
      for (const path of ['/nowhere', '/nowhere/below', '/file/below']) {
        assert.deepEqual(
          [
            await host.readText(path),
            await host.readBytes(path),
            await host.stat(path),
            await host.readLink(path),
            await host.list(path),
          ],
          [undefined, undefined, undefined, undefined, []],
          path,
        );
      }
      assert.equal(await host.readLink('/file'), undefined);
    });

    test('of a folder as a file, and of a file as a folder, gives nothing', async () => {
      const host = machine();
      await host.writeFile('/d/a', 'x');
      assert.deepEqual([await host.readText('/d'), await host.list('/d/a')], [undefined, []]);
    });

    test('lists the names in a folder, sorted', async () => {
      const host = machine();
      for (const each of ['/d/b', '/d/a', '/d/c/below']) await host.writeFile(each, '');
      assert.deepEqual(await host.list('/d'), ['a', 'b', 'c']);
    });

    test('tells what stands at a path', async () => {
      const host = machine();
      await host.writeFile('/d/a', '12345', { mode: 0o640 });
      const file = await host.stat('/d/a');
      assert.deepEqual([file?.type, file?.size, file?.mode], ['file', 5, 0o640]);
      assert.equal((await host.stat('/d'))?.type, 'directory');
      assert.equal((await host.stat('/'))?.type, 'directory');
    });

    test('tells how much room there is', async () => {
      const space = await machine().space('/');
      assert.ok(space && space.bytes >= space.free && space.free > 0);
    });
  });

  describe(`${name}: writing`, () => {
    test('makes what folders are missing, with mode 0755', async () => {
      const host = machine();
      await host.writeFile('/a/b/c', 'x', { mode: 0o600 });
      assert.deepEqual([await modeOf(host, '/a'), await modeOf(host, '/a/b')], ['755', '755']);
    });

    test('gives a new file mode 0644, and an old one the mode it had, unless told', async () => {
      const host = machine();
      await host.writeFile('/new', 'x');
      await host.writeFile('/old', 'x', { mode: 0o4750 });
      await host.writeFile('/old', 'y');
      await host.writeFile('/told', 'x', { mode: 0o600 });
      await host.writeFile('/told', 'x', { mode: 0o444 });
      assert.deepEqual(
        [await modeOf(host, '/new'), await modeOf(host, '/old'), await modeOf(host, '/told')],
        ['644', '4750', '444'],
      );
    });

    test('of a file where a folder stands is refused', async () => {
      const host = machine();
      await host.makeDirectory('/d');
      await refused(host.writeFile('/d', 'x'), '/d is not a file but a directory');
    });

    test('below a file is refused', async () => {
      const host = machine();
      await host.writeFile('/file', 'x');
      await refused(host.writeFile('/file/below', 'x'), '/file/below: file is not a directory');
      await refused(host.makeDirectory('/file/a/b'), '/file/a/b: file is not a directory');
      assert.equal(await host.readText('/file'), 'x');
    });

    test('a folder twice is once, and sets the mode it is told', async () => {
      const host = machine();
      await host.makeDirectory('/d', { mode: 0o700 });
      await host.writeFile('/d/a', 'x');
      await host.makeDirectory('/d');
      assert.equal(await modeOf(host, '/d'), '700');
      await host.makeDirectory('/d', { mode: 0o1777 });
      assert.deepEqual([await modeOf(host, '/d'), await host.list('/d')], ['1777', ['a']]);
    });

    test('a folder where a file stands is refused, and the file stays as it is', async () => {
      const host = machine();
      await host.writeFile('/a', 'x', { mode: 0o600 });
      await refused(host.makeDirectory('/a', { mode: 0o755 }), '/a is not a directory but a file');
      assert.deepEqual([await host.readText('/a'), await modeOf(host, '/a')], ['x', '600']);
    });

    test('sets the mode of an existing path, and fails for a missing one', async () => {
      const host = machine();
      await host.writeFile('/a', 'x');
      await host.setAttributes('/a', { mode: 0o2711 });
      assert.equal(await modeOf(host, '/a'), '2711');
      await refused(host.setAttributes('/b', { mode: 0o600 }), 'Cannot write /b: no such file');
    });

    test('empties a file and keeps all else about it', async () => {
      const host = machine();
      await host.writeFile('/a', 'x', { mode: 0o600 });
      await host.truncate('/a');
      assert.deepEqual([await host.readText('/a'), await modeOf(host, '/a')], ['', '600']);
      await refused(host.truncate('/b'), 'Cannot write /b: no such file');
    });

    test('removes files, and folders with all that is in them, and does not mind what is gone', async () => {
      const host = machine();
      for (const each of ['/d/a', '/d/b/c', '/d2']) await host.writeFile(each, 'x');
      await host.remove('/d');
      await host.remove('/d');
      assert.deepEqual([await host.stat('/d'), await host.stat('/d/b/c')], [undefined, undefined]);
      assert.equal(await host.readText('/d2'), 'x');
    });
  });

  describe(`${name}: symbolic links`, () => {
    test('are told as links, read through, and lead where they say', async () => {
      const host = machine();
      await host.writeFile('/etc/real', 'x');
      await host.link('/etc/near', 'real');
      await host.link('/far', '/etc/real');
      await host.link('/folder', 'etc');
      assert.deepEqual([(await host.stat('/far'))?.type, await host.readLink('/far')], ['link', '/etc/real']);
      for (const path of ['/etc/near', '/far', '/folder/real', '/folder/near']) {
        assert.equal(await host.readText(path), 'x', path);
      }
      assert.deepEqual(await host.list('/folder'), ['near', 'real']);
    });

    test('are written through: the link stays', async () => {
      const host = machine();
      await host.writeFile('/etc/real', 'x');
      await host.link('/l', '/etc/real');
      await host.writeFile('/l', 'y');
      assert.deepEqual([await host.readLink('/l'), await host.readText('/etc/real')], ['/etc/real', 'y']);
    });

    test('to nothing are written through as well', async () => {
      const host = machine();
      await host.link('/l', '/etc/new');
      assert.deepEqual([await host.readText('/l'), (await host.stat('/l'))?.type], [undefined, 'link']);
      await host.writeFile('/l', 'x');
      assert.deepEqual([await host.readLink('/l'), await host.readText('/etc/new')], ['/etc/new', 'x']);
    });

    test('are removed themselves, not what they lead to', async () => {
      const host = machine();
      await host.writeFile('/d/a', 'x');
      await host.link('/l', '/d');
      await host.remove('/l');
      assert.deepEqual([await host.stat('/l'), await host.readText('/d/a')], [undefined, 'x']);
    });

    test('take the place of links and files, but of no folder', async () => {
      const host = machine();
      await host.writeFile('/a', 'x');
      await host.link('/a', 'one');
      await host.link('/a', 'two');
      assert.equal(await host.readLink('/a'), 'two');
      await host.makeDirectory('/d');
      await refused(host.link('/d', 'one'), '/d is a folder');
    });

    test('that go round in a circle are refused, not followed for ever', async () => {
      const host = machine();
      await host.link('/a', '/b');
      await host.link('/b', '/a');
      await assert.rejects(host.readText('/a'), Problem);
      await assert.rejects(host.writeFile('/a/x', 'y'), Problem);
    });
  });

  describe(`${name}: programs`, () => {
    test('that are not among the queries are not run by query', async () => {
      // The types refuse it too; this tests the check at run time.
      const query = machine().query as (argv: readonly string[]) => Promise<unknown>;
      await assert.rejects(query(['systemctl', 'stop', 'sshd']), /systemctl stop sshd is not one of the commands/);
    });
  });
}

const modeOf = async (host: Host, path: string): Promise<string | undefined> =>
  (await host.stat(path))?.mode.toString(8);

const bytes = (of: Uint8Array | string | undefined): number[] => [...Buffer.from(of ?? [])];

const refused = (doing: Promise<unknown>, message: string): Promise<void> => assert.rejects(doing, { message });
