import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Host } from '../../agent/host/host.ts';
import { linux } from '../../agent/host/linux.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-labels-'));
after(() => rmSync(scratch, { recursive: true }));
const chcon = (label: string, path: string): boolean => spawnSync('chcon', [label, path]).status === 0;
const labelOf = (path: string): string => spawnSync('stat', ['-c', '%C', path], { encoding: 'utf8' }).stdout.trim();
const etc = 'system_u:object_r:etc_t:s0';
const shadow = 'system_u:object_r:shadow_t:s0';

writeFileSync(join(scratch, 'probe'), '');
const skip = chcon(etc, join(scratch, 'probe'))
  ? false
  : 'labels cannot be written here: needs root, chcon and a file system for them';
const withoutSetfiles = spawnSync('setfiles').error ? false : 'setfiles is installed';

/** Returns a tree as an installer leaves it: a policy is configured, and files are labelled. */
function tree({ config = 'SELINUX=enforcing\nSELINUXTYPE=targeted\n', labelled = true } = {}): {
  host: Host;
  root: string;
} {
  const root = mkdtempSync(join(scratch, 'root-'));
  mkdirSync(join(root, 'etc/selinux'), { recursive: true });
  writeFileSync(join(root, 'etc/selinux/config'), config);
  writeFileSync(join(root, 'etc/shadow'), 'root:x:\n');
  if (labelled) {
    chcon(etc, join(root, 'etc'));
    chcon(shadow, join(root, 'etc/shadow'));
  }
  return { host: linux({ root, offline: true }), root };
}

describe('the SELinux label in a tree', { skip }, () => {
  test('of a replaced file is that of the old one', async () => {
    const { host, root } = tree();
    await host.writeFile('/etc/shadow', 'root:!:\n');
    assert.equal(labelOf(join(root, 'etc/shadow')), shadow);
    assert.ok(!existsSync(join(root, '.autorelabel')));
  });

  for (const [what, write] of [
    ['a new file', (host) => host.writeFile('/etc/new/file', '')],
    ['a new folder', (host) => host.makeDirectory('/etc/folder')],
    [
      'a new folder of prepared files',
      (host) => host.prepareFiles([{ path: '/etc/new/file', content: '', attributes: {} }]),
    ],
    ['a new link', (host) => host.link('/etc/link', 'shadow')],
    ['the replacement of a file without one', (host) => host.writeFile('/etc/selinux/config', 'SELINUX=enforcing\n')],
  ] as readonly (readonly [string, (host: Host) => Promise<void>])[]) {
    test(`of ${what} is left to the first boot where setfiles is missing`, { skip: withoutSetfiles }, async () => {
      const { host, root } = tree();
      await write(host);
      assert.ok(existsSync(join(root, '.autorelabel')));
    });
  }

  test('of tables is left to the first boot where a program for accounts wrote them', {
    skip: withoutSetfiles,
  }, async () => {
    const { host, root } = tree();
    await host.run(['true', '--root', root]);
    assert.ok(existsSync(join(root, '.autorelabel')));
  });

  for (const [what, given] of [
    ['is switched off', { config: 'SELINUX=disabled\n' }],
    ['was never labelled', { labelled: false }],
  ] as const) {
    test(`is no concern where the tree ${what}`, async () => {
      const { host, root } = tree(given);
      await host.writeFile('/etc/new', '');
      assert.ok(!existsSync(join(root, '.autorelabel')));
    });
  }
});
