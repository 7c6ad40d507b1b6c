import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { unable } from '../machine/support/scratch.ts';
import { tree } from '../machine/support/trees.ts';

const skip = unable('mmdebstrap', 'mount', 'chroot', 'unshare');
const run = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('sealing a real Debian', { skip }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'seal-'));
  const root = join(scratch, 'root');
  const inRoot = (path: string) => join(root, path);
  const write = (path: string, text: string) => {
    mkdirSync(join(inRoot(path), '..'), { recursive: true });
    writeFileSync(inRoot(path), text);
  };
  /** Makes a used tree: host keys, a user, logs, a name. */
  const use = () => {
    run('chroot', root, 'ssh-keygen', '-A');
    if (!readFileSync(inRoot('etc/passwd'), 'utf8').includes('\ndebian:')) {
      run('chroot', root, 'useradd', '--create-home', '--groups', 'sudo', 'debian');
    }
    write('home/debian/.ssh/authorized_keys', 'ssh-ed25519 AAAA builder\n');
    write('etc/hostname', 'builder.example.org\n');
    write('etc/machine-id', '0123456789abcdef0123456789abcdef\n');
    write('var/log/auth.log', 'Accepted publickey\n');
    write('var/lib/bootagent/journal.ndjson', '{"is":"format","version":1}\n');
  };
  before(async () => {
    for (const name of ['upper', 'work', 'root']) mkdirSync(join(scratch, name));
    const lower = await tree('bookworm');
    run(
      'mount',
      '-t',
      'overlay',
      '-o',
      `lowerdir=${lower},upperdir=${join(scratch, 'upper')},workdir=${join(scratch, 'work')}`,
      'overlay',
      root,
    );
  });
  after(() => {
    run('umount', '--recursive', root);
    rmSync(scratch, { recursive: true });
  });
  const bootagent = (...args: readonly string[]) => run(process.execPath, 'agent/main.ts', ...args);
  const leftovers = () =>
    JSON.parse(
      run('sh', '-c', `${process.execPath} agent/main.ts doctor --root ${root} --format json || true`),
    ).checks.filter(({ result }: { result: string }) => result === 'found') as { name: string }[];

  test('with --root leaves nothing to find, and no user by the tools of Debian', () => {
    use();
    assert.match(bootagent('seal', '--root', root, '--yes'), /^Sealed: Debian GNU\/Linux 12/);
    // The tree does not contain bootagent's package.
    assert.deepEqual(
      leftovers().map(({ name }) => name),
      ['agent-installed'],
    );
    assert.throws(() => run('chroot', root, 'id', 'debian'));
    // Both fail if an account table is inconsistent.
    run('chroot', root, 'pwck', '--read-only', '--quiet');
    run('chroot', root, 'grpck', '--read-only');
    assert.match(bootagent('seal', '--root', root, '--yes'), /There is nothing to forget\.\n$/);
  });

  test('with --root leaves what is bound into the tree as it was', () => {
    const cache = join(scratch, 'cache');
    mkdirSync(join(cache, 'archives'), { recursive: true });
    writeFileSync(join(cache, 'archives/vim.deb'), 'x');
    run('mount', '--bind', cache, inRoot('var/cache/apt'));
    try {
      const said = bootagent('seal', '--root', root, '--yes');
      assert.ok(existsSync(join(cache, 'archives/vim.deb')));
      assert.match(said, /\/var\/cache\/apt is bound from elsewhere and was left alone/);
    } finally {
      run('umount', inRoot('var/cache/apt'));
    }
  });

  test('of its own accord inside an installer’s chroot, with the installer’s /proc and /run', () => {
    use();
    const sources = inRoot('opt/bootagent');
    const node = inRoot('opt/node');
    mkdirSync(sources);
    writeFileSync(node, '');
    const script = [
      'set -e',
      'mount -t tmpfs tmpfs /run',
      'mkdir -p /run/systemd/system',
      `mount --bind ${process.cwd()} ${sources}`,
      `mount --bind ${realpathSync(process.execPath)} ${node}`,
      `for each in proc sys dev run; do mount --rbind /$each ${root}/$each; done`,
      `exec chroot ${root} /opt/node /opt/bootagent/agent/main.ts seal --yes`,
    ].join('\n');
    // In a private mount namespace, so that no mount reaches this machine.
    const said = run('unshare', '--mount', '--propagation', 'private', 'sh', '-c', script);
    assert.match(said, /^Sealed: Debian GNU\/Linux 12 \(bookworm\), this machine\n/);
    assert.doesNotMatch(said, /unset HISTFILE/, 'nothing is running here');
    assert.equal(readFileSync(inRoot('etc/machine-id'), 'utf8'), '');
    assert.ok(!existsSync(inRoot('etc/ssh/ssh_host_ed25519_key')));
    rmdirSync(sources);
  });
});
