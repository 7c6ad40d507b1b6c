import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bootagent } from '../support/command-line.ts';

const top = join(import.meta.dirname, '../..');
const page = readFileSync(join(top, 'docs/security.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'bootagent-recipe-'));
after(() => rmSync(folder, { recursive: true }));

describe('docs/security.md', () => {
  test('names tests that exist', () => {
    const [table = ''] = page.split('\n## Secrets');
    const named = [...table.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);
    assert.ok(named.length > 10);
    assert.deepEqual(
      named.filter((path) => !existsSync(join(top, path))),
      [],
    );
  });

  test('has a recipe of five lines for signing, which a machine takes', async () => {
    const [, recipe = ''] = /```sh\n(ssh-keygen[^`]+)```/.exec(page) ?? [];
    assert.equal(recipe.trim().split('\n').length, 5);
    const file = 'write_files: [{path: /etc/made, content: x}]';
    writeFileSync(join(folder, 'user-data.yaml'), `#cloud-config\n${file}\n`);
    execFileSync('sh', ['-ec', recipe], { cwd: folder, stdio: 'pipe' });
    const root = join(folder, 'root');
    mkdirSync(join(root, 'etc/bootagent/conf.d'), { recursive: true });
    cpSync(join(folder, 'allowed_signers'), join(root, 'etc/bootagent/allowed_signers'));
    cpSync(join(folder, '50-signed.yaml'), join(root, 'etc/bootagent/conf.d/50-signed.yaml'));
    const words = ['run', '--root', root, '--only', 'write_files', '--user-data'];
    const unsigned = await bootagent([...words, join(folder, 'user-data.yaml')]);
    assert.match(unsigned.out, /it is refused: it has no signature/);
    assert.ok(!existsSync(join(root, 'etc/made')));
    const signed = await bootagent([...words, join(folder, 'signed.yaml')]);
    assert.equal(signed.code, 0, signed.out);
    assert.equal(readFileSync(join(root, 'etc/made'), 'utf8'), 'x');
  });
});
