import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wireguard } from '../../modules/wireguard.ts';
import { context } from '../support/facts.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

const text = String.raw`"[Interface]\nPrivateKey = kOd3FVBggwpjD3AlZKXUxNTzJT0+f3MJdUdR8n6ZBn8=\nAddress = 10.0.0.1/24\n"`;
const debian = context({ programs: ['apt-get'] });

describe('wireguard', () => {
  test('gets its file, for root alone and hidden, and its unit', () => {
    const { plan: items, secrets } = planned(
      wireguard,
      `wireguard: {interfaces: [{name: wg0, config_path: /etc/wireguard/wg0.conf, content: ${text}}]}`,
      debian,
    );
    assert.deepEqual(items[0]?.changes, [{ kind: 'packages', manager: 'apt', names: ['wireguard-tools'] }]);
    const [file, ...more] = items[1]?.changes ?? [];
    assert.ok(file?.kind === 'file');
    assert.deepEqual([file.path, file.mode, file.owner, file.secret], ['/etc/wireguard/wg0.conf', 0o600, 'root', true]);
    assert.deepEqual(more, [
      { kind: 'service', unit: 'wg-quick@wg0.service', boot: 'enabled' },
      { kind: 'notify', what: 'restart', unit: 'wg-quick@wg0.service', follows: file },
      { kind: 'running', unit: 'wg-quick@wg0.service', is: 'started' },
    ]);
    assert.ok(secrets.some((each) => each.includes('kOd3FVBggwpjD3AlZKXUxNTzJT0+f3MJdUdR8n6ZBn8=')));
  });

  test('has its tools installed by dnf on a Fedora that has apt-get, too', () => {
    const fedora = context({ programs: ['apt-get', 'dnf'] });
    const [tools] = plan(wireguard, `wireguard: {interfaces: [{name: wg0, content: ${text}}]}`, fedora);
    assert.deepEqual(tools?.changes, [{ kind: 'packages', manager: 'dnf', names: ['wireguard-tools'] }]);
  });

  test('runs its probes afterwards', () => {
    const yaml = `wireguard: {interfaces: [{name: wg0, content: ${text}}], readinessprobe: ["ping -c1 10.0.0.2"]}`;
    const script = plan(wireguard, yaml).at(-1)?.changes[0];
    assert.deepEqual(script?.kind === 'script' && script.items, ['ping -c1 10.0.0.2']);
  });

  test('names the file after the interface, as wg-quick does', () => {
    const [item] = plan(
      wireguard,
      `wireguard: {interfaces: [{name: wg0, config_path: /etc/wireguard/other.conf, content: ${text}}]}`,
      context({ programs: [] }),
    );
    assert.match(item?.notes?.[0]?.text ?? '', /^the file is \/etc\/wireguard\/wg0\.conf/);
  });

  for (const [yaml, message] of [
    ['{name: "../a", content: x}', /expected the name of an interface/],
    ['{name: wg0, config_path: /etc/shadow, content: x}', /expected a file such as/],
    ['{name: wg0, content: [a]}', /content: expected text$/],
  ] as const) {
    test(`refuses ${yaml}, and does not repeat its content`, () =>
      assert.match(foundIn(wireguard, `wireguard: {interfaces: [${yaml}]}`).join(), message));
  }

  test('that is not asked for stays as it is', () => assert.deepEqual(plan(wireguard, 'a: 1'), []));
});
