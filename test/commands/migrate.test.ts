import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { bootagent } from '../support/command-line.ts';

const written = 'etc/bootagent/conf.d/50-cloud-init.yaml';
const secret = 'an "open" secret';
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bootagent-migrate-'));
  mkdirSync(join(root, 'etc/cloud/cloud.cfg.d'), { recursive: true });
  writeFileSync(join(root, 'etc/cloud/cloud.cfg'), 'users: [default]\nsystem_info:\n  default_user: {name: debian}\n');
  const drop = `password: '${secret}'\ntimezone: Europe/Rome\n`;
  writeFileSync(join(root, 'etc/cloud/cloud.cfg.d/10-site.cfg'), drop);
});
afterEach(() => rmSync(root, { recursive: true }));

test('prints what it would write, without the secrets unless they are wanted', async () => {
  const { code, out } = await bootagent(['migrate', '--root', root]);
  assert.equal(code, 0);
  assert.match(out, /^"timezone": "Europe\/Rome"$/m);
  assert.match(out, /^"password": "\(hidden\)"$/m);
  assert.ok(!out.includes('open'));
  const { out: open } = await bootagent(['migrate', '--root', root, '--show-secrets']);
  assert.ok(open.includes(`"password": ${JSON.stringify(secret)}`));
});

test('writes a file of root alone with the secrets, once, and again only with --force', async () => {
  const first = await bootagent(['migrate', '--root', root, '--write']);
  assert.deepEqual([first.code, first.out], [0, `/${written}: written\n`]);
  const path = join(root, written);
  assert.ok(readFileSync(path, 'utf8').includes(JSON.stringify(secret)));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  writeFileSync(path, 'timezone: UTC\n');
  const second = await bootagent(['migrate', '--root', root, '--write']);
  assert.equal(second.code, 4);
  assert.match(second.err, /50-cloud-init\.yaml exists already.*--force/s);
  assert.equal(readFileSync(path, 'utf8'), 'timezone: UTC\n');
  assert.equal((await bootagent(['migrate', '--root', root, '--write', '--force'])).code, 0);
  assert.ok(readFileSync(path, 'utf8').includes('Europe/Rome'));
});

test('names in JSON what it takes and what it leaves out, in one document', async () => {
  writeFileSync(join(root, 'etc/cloud/cloud.cfg'), 'bogus: 1\n');
  const { out } = await bootagent(['migrate', '--root', root, '--format', 'json']);
  const { schema_version, keys } = JSON.parse(out);
  assert.equal(schema_version, 1);
  assert.deepEqual(keys[0], {
    key: 'bogus',
    at: '/etc/cloud/cloud.cfg:1:1',
    why: 'unsupported: bootagent does not read this key',
  });
  assert.ok(!out.includes('open'));
});

test('says which folder has no configuration of cloud-init', async () => {
  const { code, err } = await bootagent(['migrate', '/nowhere', '--root', root]);
  assert.equal(code, 4);
  assert.match(err, /\/nowhere: has neither cloud\.cfg nor cloud\.cfg\.d\/\*\.cfg/);
});
