import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resolvConf } from '../../modules/resolv-conf.ts';
import { context } from '../support/facts.ts';
import { applied, laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan } from '../support/settings.ts';

const asked = `manage_resolv_conf: true
resolv_conf:
  nameservers: [192.0.2.53, "2001:db8::53"]
  searchdomains: [a.example, b.example]
  domain: example.org
  sortlist: [192.0.2.0/255.255.255.0]
  options: {rotate: true, timeout: 1, debug: false}
`;

describe('resolv_conf', () => {
  test('is written whole', async () => {
    const host = memoryHost({ files: { '/etc/resolv.conf': 'nameserver 1.1.1.1\n' } });
    await applied(plan(resolvConf, asked), host);
    assert.equal(
      host.text('/etc/resolv.conf'),
      `# Written by bootagent (manage_resolv_conf).
nameserver 192.0.2.53
nameserver 2001:db8::53
search a.example b.example
domain example.org
sortlist 192.0.2.0/255.255.255.0
options rotate timeout:1
`,
    );
  });

  test('is kept from NetworkManager', () => {
    const where = context({ paths: ['/usr/sbin/NetworkManager'] });
    const [file] = plan(resolvConf, asked, where)[0]?.changes ?? [];
    assert.equal(file?.kind === 'file' && file.content, '[main]\ndns=none\n');
  });

  test('is ignored without manage_resolv_conf, and its absence is told with it', () => {
    assert.deepEqual(plan(resolvConf, 'resolv_conf: {nameservers: [192.0.2.53]}'), []);
    assert.match(plan(resolvConf, 'manage_resolv_conf: true')[0]?.notes?.[0]?.text ?? '', /^there is no "resolv_conf"/);
  });

  test('refuses what would be another line', () => {
    const yaml = String.raw`resolv_conf: {nameservers: ["192.0.2.1\nx"], searchdomains: ["a b"], options: {"a b": 1}}`;
    assert.equal(foundIn(resolvConf, yaml).length, 3);
  });
});

laws('resolv_conf', plan(resolvConf, asked), () => memoryHost());
