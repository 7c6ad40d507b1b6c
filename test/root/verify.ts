import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { main } from '../support/command-line.ts';
import { sandbox, unable } from './support/sandbox.ts';

const hash = `$6$saltsalt$${'a'.repeat(86)}`;

const userData = `#cloud-config
users: [{name: alice, groups: [staff], sudo: "ALL=(ALL) NOPASSWD:ALL", lock_passwd: false}]
chpasswd: {expire: false, users: [{name: alice, password: "${hash}", type: hash}]}
ssh_authorized_keys: []
write_files:
- {path: /etc/own/a, content: x, permissions: "0640", owner: "root:staff"}
- {path: /etc/own/b, content: y}
- {path: /var/log/own.log, content: z}
runcmd: ["rm -f /etc/own/nothing"]
`;

describe('verify on a machine', { skip: unable('unshare', 'useradd', 'chpasswd'), timeout: 300_000 }, () => {
  test('finds no drift right after a boot nor after usual events, and names what was removed', async () => {
    using box = sandbox();
    box.write('/var/lib/cloud/seed/nocloud/meta-data', 'instance-id: i-88\n');
    box.write('/var/lib/cloud/seed/nocloud/user-data', userData);
    box.write('/var/lib/bootagent/fresh', '');
    const agent = `${process.execPath} ${main}`;
    const only =
      '--only ssh_host_keys,ssh_host_keys_late,users,users_each_boot,passwords,write_files,write_files_deferred,runcmd';
    const { text } = await box.sh(`
      for stages in local "early main" final; do
        BOOTAGENT_UNIT=1 INVOCATION_ID=x ${agent} run $stages ${only} >/dev/null 2>&1
      done
      echo "== after a boot"; ${agent} verify; echo "exit $?"
      echo alice:second-password | chpasswd; rm /var/log/own.log; echo more >>/etc/motd
      echo "== after usual events"; ${agent} verify; echo "exit $?"
      rm /etc/own/b; chmod 644 /etc/own/a; gpasswd -d alice staff >/dev/null
      find /etc /var/lib/bootagent -printf '%p %T@ %C@ %s\\n' >/run/before
      echo "== after removals"; ${agent} verify; echo "exit $?"
      find /etc /var/lib/bootagent -printf '%p %T@ %C@ %s\\n' | diff /run/before - && echo "wrote nothing"`);
    const [, boot = '', usual = '', removed = ''] = text.split(/^== .*\n/m);
    assert.match(boot, /, no drift/, text);
    assert.match(boot, /^exit 0$/m);
    assert.ok(Number(/^(\d+) compared/m.exec(boot)?.[1]) >= 6, boot);
    assert.match(usual, /^exit 0$/m, usual);
    assert.match(usual, /~ passwords +password alice: users change their passwords/);
    assert.match(usual, /~ write_files +file \/var\/log\/own\.log: logs are rotated/);
    assert.match(removed, /^exit 10$/m, removed);
    assert.match(removed, /x write_files +file \/etc\/own\/a: has mode 0644, not 0640/);
    assert.match(removed, /x write_files +file \/etc\/own\/b: does not exist/);
    assert.match(removed, /x users +.*staff/);
    assert.match(removed, /^wrote nothing$/m);
  });
});
