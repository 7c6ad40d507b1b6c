import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rsyslog } from '../../modules/rsyslog.ts';
import { context } from '../support/facts.ts';
import { applied, laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan } from '../support/settings.ts';

const filesOf = (yaml: string): Record<string, string> =>
  Object.fromEntries(
    plan(rsyslog, yaml)
      .flatMap(({ changes }) => changes)
      .flatMap((change) => (change.kind === 'file' ? [[change.path, String(change.content)]] : [])),
  );
const remoteOf = (text: string): string | undefined =>
  filesOf(`rsyslog: {remotes: {a: "${text}"}}`)['/etc/rsyslog.d/21-cloud-config-remotes.conf']?.split('\n')[1];

describe('rsyslog', () => {
  test('gets its files, those of one name as one, and is restarted', async () => {
    const yaml = `rsyslog:
  configs:
    - "*.* /var/log/all"
    - {filename: 10-own.conf, content: "auth.* /var/log/auth\\n"}
    - "mail.* /var/log/mail"
`;
    assert.deepEqual(filesOf(yaml), {
      '/etc/rsyslog.d/20-cloud-config.conf': '*.* /var/log/all\nmail.* /var/log/mail\n',
      '/etc/rsyslog.d/10-own.conf': 'auth.* /var/log/auth\n',
    });
    const host = memoryHost({ programs: { systemctl: () => '' } });
    await applied(plan(rsyslog, yaml), host);
    assert.ok(host.did.includes('run systemctl --no-block try-restart rsyslog.service'));
  });

  test('takes another folder and another name', () =>
    assert.deepEqual(filesOf('rsyslog: {config_dir: /srv/r/, config_filename: a.conf, configs: [x]}'), {
      '/srv/r/a.conf': 'x\n',
    }));

  for (const [written, line] of [
    ['192.0.2.1', '*.* @192.0.2.1 # a'],
    ['@@log.example.org:10514', '*.* @@log.example.org:10514 # a'],
    ['auth.* @[2001:db8::1]:514 # comment', 'auth.* @[2001:db8::1]:514 # a'],
  ] as const) {
    test(`sends to ${written}`, () => assert.equal(remoteOf(written), line));
  }

  test('is installed where that is asked for', () => {
    const apt = context({ programs: ['apt-get'] });
    assert.deepEqual(plan(rsyslog, 'rsyslog: {install_rsyslog: true}', apt)[0]?.changes, [
      { kind: 'packages', manager: 'apt', names: ['rsyslog'] },
    ]);
    const fedora = context({ programs: ['apt-get', 'dnf'] });
    assert.deepEqual(plan(rsyslog, 'rsyslog: {install_rsyslog: true}', fedora)[0]?.changes, [
      { kind: 'packages', manager: 'dnf', names: ['rsyslog'] },
    ]);
  });

  for (const [yaml, message] of [
    ['rsyslog: {remotes: {a: "@@@h"}}', /expected a server such as/],
    ['rsyslog: {config_filename: ../x}', /expected the name of a file/],
    ['rsyslog: {config_dir: /etc/../x}', /expected an absolute path/],
    ['rsyslog: {configs: [{filename: a}]}', /content: expected text/],
  ] as const) {
    test(`refuses ${yaml}`, () => assert.match(foundIn(rsyslog, yaml).join(), message));
  }

  test('that is not asked for stays as it is', () => assert.deepEqual(plan(rsyslog, 'a: 1'), []));
});

laws('rsyslog', plan(rsyslog, 'rsyslog: {configs: [x], remotes: {a: h}}'), () =>
  memoryHost({ programs: { systemctl: () => '' } }),
);
