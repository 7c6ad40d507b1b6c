import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodeLayers } from '../../agent/userdata/decode-layers.ts';
import { validate } from '../../agent/validate/validate.ts';
import { schedule } from '../../modules/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'examples-'));
after(() => rmSync(folder, { recursive: true }));

/** Whether the examples of Debian's cloud-init package were fetched; the package is unpacked and not installed. */
const fetched =
  spawnSync('sh', ['-c', 'apt-get -q download cloud-init && dpkg-deb -x cloud-init_*.deb .'], { cwd: folder })
    .status === 0;

/** The real mistakes there: keys that cloud-init does not take, and SSH keys too short or too damaged for sshd. */
const mistakes = [
  'packages_update',
  'packages_upgrade',
  'ssh_authorized_keys[0]',
  'ssh_keys.rsa_private',
  'ssh_keys.dsa_private',
];

test("Debian's examples of cloud-config have no errors but their own", {
  skip: !fetched && 'no package cloud-init to be had',
}, async () => {
  const examples = join(folder, 'usr/share/doc/cloud-init/examples');
  const names = readdirSync(examples).filter((name) => name.startsWith('cloud-config'));
  assert.ok(names.length > 20);
  for (const name of names) {
    const peeled = decodeLayers(readFileSync(join(examples, name)));
    assert.ok('bytes' in peeled);
    const { findings } = await validate(peeled.bytes, name, schedule);
    const errors = findings.filter(({ level, at }) => level === 'error' && !mistakes.includes(at));
    assert.deepEqual(errors, []);
  }
});
