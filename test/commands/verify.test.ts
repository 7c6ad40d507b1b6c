import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bootagent } from '../support/command-line.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-verify-'));
after(() => rmSync(scratch, { recursive: true }));

/** Returns a tree to which this user-data was applied. */
async function tree(userData: string): Promise<string> {
  const root = mkdtempSync(join(scratch, 'root-'));
  const files = {
    'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
    'etc/group': 'root:x:0:\n',
    'etc/os-release': 'ID=almalinux\nVERSION_ID=9.5\n',
    'var/lib/bootagent/fresh': '',
    'var/lib/cloud/seed/nocloud/meta-data': 'instance-id: i-77\n',
    'var/lib/cloud/seed/nocloud/user-data': `#cloud-config\nusers: []\n${userData}`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { err } = await bootagent(['run', '--root', root]);
  assert.equal(err, '');
  return root;
}

const verify = async (root: string) => {
  const { code, out, err } = await bootagent(['verify', '--root', root, '--format', 'json']);
  assert.equal(err, '');
  return { code, ...JSON.parse(out) };
};

/** Returns the names, times and contents of all files. */
const snapshot = (root: string): string =>
  execFileSync('find', [root, '-printf', '%p %T@ %C@ %m %s\n'], { encoding: 'utf8' });

const userData = `hostname: web-01
write_files:
- {path: /etc/a, content: x}
- {path: /etc/b, content: y}
- {path: /var/log/site.log, content: begin}
`;

describe('verify', { concurrency: 2 }, () => {
  test('finds no drift after a run, names it after a file was removed, and writes nothing', async () => {
    const root = await tree(userData);
    const before = snapshot(root);
    const first = await verify(root);
    assert.deepEqual([first.code, first.drift, first.instance], [0, [], 'i-77']);
    assert.ok(first.compared >= 4, `${first.compared} compared`);
    assert.equal(snapshot(root), before);
    rmSync(join(root, 'etc/a'));
    rmSync(join(root, 'var/log/site.log'));
    writeFileSync(join(root, 'etc/b'), 'z');
    const second = await verify(root);
    assert.equal(second.code, 10);
    const shown = (items: readonly { change: string; why: string }[]) =>
      items.map(({ change, why }) => `${change}: ${why}`);
    assert.deepEqual(shown(second.drift), ['file /etc/a: does not exist', 'file /etc/b: has other content']);
    assert.deepEqual(shown(second.expected), ['file /var/log/site.log: logs are rotated, and spools are emptied']);
  });

  test('does not call drift what the configuration requests only since', async () => {
    const root = await tree(userData);
    mkdirSync(join(root, 'etc/bootagent/conf.d'), { recursive: true });
    writeFileSync(
      join(root, 'etc/bootagent/conf.d/50-site.yaml'),
      'ntp: {servers: [192.0.2.1]}\ntimezone: Europe/Zurich\n',
    );
    const { drift, code } = await verify(root);
    assert.deepEqual([code, drift], [0, []]);
  });

  test('says so where nothing was applied', async () => {
    const root = mkdtempSync(join(scratch, 'new-'));
    const { code, err } = await bootagent(['verify', '--root', root]);
    assert.deepEqual([code, /No instance is known on this machine/.test(err)], [1, true]);
  });

  test('prints text, and metrics for Prometheus', async () => {
    const root = await tree(userData);
    rmSync(join(root, 'etc/a'));
    const [text, metrics] = await Promise.all([
      bootagent(['verify', '--root', root]),
      bootagent(['verify', '--root', root, '--format', 'prometheus']),
    ]);
    assert.match(text.out, /^ {2}x write_files +file \/etc\/a: does not exist \(write_files\[0\]\)$/m);
    assert.match(metrics.out, /^bootagent_verify_drift 1$/m);
    assert.deepEqual([text.code, metrics.code], [10, 10]);
    assert.ok(readFileSync(join(root, 'etc/b'), 'utf8') === 'y');
  });
});
