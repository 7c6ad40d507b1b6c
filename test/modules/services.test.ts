import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { selinux } from '../../modules/selinux.ts';
import { services } from '../../modules/services.ts';
import { context } from '../support/facts.ts';
import { laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan } from '../support/settings.ts';

describe('services', () => {
  test('are each an item of its own, what is in the way first', () => {
    assert.deepEqual(plan(services, 'services: {start: [a], enable: [a, x.timer], mask: [b.socket], stop: [c]}'), [
      { at: 'services.mask[0]', changes: [{ kind: 'service', unit: 'b.socket', boot: 'masked' }] },
      { at: 'services.stop[0]', changes: [{ kind: 'running', unit: 'c.service', is: 'stopped' }] },
      { at: 'services.enable[0]', changes: [{ kind: 'service', unit: 'a.service', boot: 'enabled' }] },
      { at: 'services.enable[1]', changes: [{ kind: 'service', unit: 'x.timer', boot: 'enabled' }] },
      { at: 'services.start[0]', changes: [{ kind: 'running', unit: 'a.service', is: 'started' }] },
    ]);
  });

  test('are told as not done where there is no systemd', () => {
    assert.deepEqual(plan(services, 'services: {start: [a]}', context({ systemd: 0 })), [
      {
        at: 'services',
        changes: [],
        notes: [{ level: 'warning', text: 'there is no systemd here: no service is changed' }],
      },
    ]);
  });

  test('with a name that is none are refused', () => {
    assert.deepEqual(foundIn(services, 'services: {start: [../x, "a b"]}'), [
      'user-data:1:20 services.start[0]: expected the name of a service, got "../x"',
      'user-data:1:26 services.start[1]: expected the name of a service, got "a b"',
    ]);
  });
});

describe('selinux', () => {
  const configured = { paths: ['/etc/selinux/config'] };
  const machine = () =>
    memoryHost({
      files: {
        '/etc/selinux/config': '# x\nSELINUX=enforcing\nSELINUXTYPE=targeted\n',
        '/sys/fs/selinux/enforce': '1',
      },
      programs: {
        setenforce: ([mode = ''], host) =>
          void host.nodes.get('/sys/fs/selinux/enforce')?.bytes.set([mode.charCodeAt(0)]),
      },
    });
  laws('selinux', plan(selinux, 'selinux: permissive', context(configured)), machine);

  test('permissive is so now and at each boot', () => {
    assert.deepEqual(plan(selinux, 'selinux: permissive', context(configured)), [
      {
        at: 'selinux',
        changes: [
          { kind: 'edit', path: '/etc/selinux/config', edit: { syntax: 'shell', set: { SELINUX: 'permissive' } } },
          { kind: 'selinux', mode: 'permissive' },
        ],
        notes: [],
      },
    ]);
  });

  test('disabled is permissive until the kernel is told', () => {
    const [{ changes = [], notes = [] } = {}] = plan(selinux, 'selinux: disabled', context(configured));
    assert.deepEqual(changes.at(-1), { kind: 'selinux', mode: 'permissive' });
    assert.match(notes[0]?.text ?? '', /kernel argument selinux=0/);
  });

  test('that is disabled and is to be stays so: its file is left alone', () => {
    const off = context({ ...configured, selinux: 'disabled' });
    assert.deepEqual(plan(selinux, 'selinux: disabled', off), [{ at: 'selinux', changes: [] }]);
  });

  test('that is off is set for the next boot alone', () => {
    const [{ changes = [], notes = [] } = {}] = plan(
      selinux,
      'selinux: enforcing',
      context({ ...configured, selinux: 'disabled' }),
    );
    assert.equal(changes.length, 1);
    assert.equal(
      notes[0]?.text,
      'SELinux is disabled in this kernel: enforcing applies after a restart at the earliest',
    );
  });

  test('that is not there is told', () => {
    assert.deepEqual(plan(selinux, 'selinux: permissive', context({ selinux: 'disabled' })), [
      { at: 'selinux', changes: [], notes: [{ level: 'note', text: 'there is no SELinux on this machine' }] },
    ]);
  });
});
