import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sandbox, unable } from './support/sandbox.ts';
import { certificate } from './support/servers.ts';

describe('settings that the real programs read', () => {
  test('rsyslogd accepts its files', { skip: unable('rsyslogd', 'unshare') }, async () => {
    using machine = sandbox();
    const text = `rsyslog:
  configs: ["local0.* /var/log/local0.log"]
  remotes: {one: "192.0.2.1", two: "auth.* @@[2001:db8::1]:10514"}
`;
    // There is no systemd here to restart it.
    await machine.sh('printf "#!/bin/sh\\n" >/tmp/stub; install -m 755 /tmp/stub /usr/bin/systemctl');
    const { code, text: said } = await machine.agent(text, '--force', '--only', 'rsyslog');
    assert.equal(code, 0, said);
    const checked = await machine.sh('rsyslogd -N1');
    assert.equal(checked.code, 0, checked.text);
    const broken = await machine.sh(
      'echo "module(load=\\"no-such-module\\")" >>/etc/rsyslog.d/21-cloud-config-remotes.conf; rsyslogd -N1',
    );
    assert.notEqual(broken.code, 0, 'rsyslogd reads these files');
  });

  test('wg-quick accepts its file, and the key is shown nowhere', {
    skip: unable('wg-quick', 'wg', 'unshare'),
  }, async () => {
    using machine = sandbox();
    const key = (await machine.sh('wg genkey')).text.trim();
    const content = `[Interface]\\nPrivateKey = ${key}\\nAddress = 10.9.0.1/24\\n`;
    const text = `wireguard: {interfaces: [{name: wgtest, content: "${content}"}]}\n`;
    const { text: said } = await machine.agent(text, '--force', '--only', 'wireguard');
    assert.ok(!said.includes(key), said);
    const stripped = await machine.sh('wg-quick strip wgtest; stat -c %a /etc/wireguard/wgtest.conf');
    assert.match(stripped.text, /^PrivateKey = /m);
    assert.match(stripped.text, /^600$/m);
  });

  test('doas accepts the rules of users', { skip: unable('doas', 'useradd', 'su', 'unshare') }, async () => {
    using machine = sandbox();
    const text = 'users: [{name: dora, doas: ["permit nopass dora", "permit nopass root"]}]\n';
    const { text: said } = await machine.agent(text, '--force', '--only', 'users');
    assert.match(said, /users\[0\]\.doas\[1\]: expected a rule of doas\.conf about dora/);
    assert.equal(machine.text('/etc/doas.conf'), 'permit nopass dora\n');
    const used = await machine.sh('doas -C /etc/doas.conf && su dora -c "doas -n id -un"');
    assert.match(used.text, /^root$/m, used.text);
  });

  test('only the given authorities stay trusted', {
    skip: unable('update-ca-certificates', 'openssl', 'unshare'),
  }, async () => {
    using machine = sandbox();
    const { cert } = certificate(machine.folder, '/CN=own');
    const own = cert.trimEnd().replaceAll('\n', '\n      ');
    const text = `ca_certs:\n  remove_defaults: true\n  trusted:\n    - |\n      ${own}\n`;
    const { code, text: said } = await machine.agent(text, '--force', '--only', 'ca_certs');
    assert.equal(code, 0, said);
    // What an administrator put into the local folder stays.
    const bundle = await machine.sh(
      'cat $(find /usr/local/share/ca-certificates -name "*.crt") | grep -c BEGIN; grep -c BEGIN /etc/ssl/certs/ca-certificates.crt; grep -c "^mozilla" /etc/ca-certificates.conf',
    );
    const [local, trusted, selected] = bundle.text.trim().split('\n');
    assert.deepEqual([trusted, selected], [local, '0']);
    const again = await machine.agent(text, '--force', '--only', 'ca_certs', '--dry-run');
    assert.doesNotMatch(again.text, /ca-certificates\.conf: (?!unchanged)/);
  });
});
