import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cloudInitModules } from '../../modules/cloud-init-modules.ts';
import { finalMessage } from '../../modules/final-message.ts';
import { packages } from '../../modules/packages/module.ts';
import { phoneHome } from '../../modules/phone-home.ts';
import { powerState } from '../../modules/power-state.ts';
import { shareOf } from '../../modules/shared/spread.ts';
import { context, instance } from '../support/facts.ts';
import { applied, previewed } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

describe('final_message', () => {
  const said = async (yaml: string): Promise<string | undefined> => {
    const host = memoryHost({ files: { '/proc/uptime': '12.34 56.78\n' } });
    const [step] = await applied(plan(finalMessage, yaml, context({}, { datasource: 'ec2' })), host);
    return step?.outcome === 'made' ? step.note : undefined;
  };

  test('puts in what is known by then, in the old words and the new', async () => {
    assert.equal(
      await said(`final_message: "up $UPTIME s, $DATASOURCE, \${UPTIME}, $HOME"`),
      'up 12.34 s, ec2, 12.34, $HOME',
    );
    assert.equal(
      await said('final_message: |\n  ## template:jinja\n  up {{ uptime }} s\n  from {{DATASOURCE}}\n'),
      'up 12.34 s / from ec2',
    );
  });

  test('says nothing unless asked', () => assert.deepEqual(plan(finalMessage, 'a: 1'), []));
});

describe('power_state', () => {
  const asked = 'power_state: {mode: reboot, delay: 5, message: Bye, condition: [test, -e, /x]}';
  const programs = { test: () => '', 'systemd-run': () => '' };

  test('is ordered behind the end of the run, so that nothing is lost', async () => {
    const host = memoryHost({ programs });
    await applied(plan(powerState, asked), host);
    assert.deepEqual(host.did, [
      'run test -e /x',
      'run systemd-run --quiet --no-block --property=After=bootagent-final.service -- shutdown -r +5 Bye',
    ]);
  });

  test('is left undone where the condition does not hold', async () => {
    const host = memoryHost({ programs: { ...programs, test: () => ({ code: 1 }) } });
    await applied(plan(powerState, asked), host);
    assert.deepEqual(host.did, ['run test -e /x']);
    assert.deepEqual(plan(powerState, 'power_state: {mode: halt, condition: false}'), []);
  });

  test('happens once, even where the machine went down before that was written', async () => {
    const ledger = memoryLedger();
    const host = memoryHost({ programs });
    await ledger.write('power_state: power reboot', { is: 'began' });
    await applied(plan(powerState, asked), host, ledger);
    assert.deepEqual(host.did, []);
  });

  test('takes the words that shutdown takes', () => {
    assert.deepEqual(foundIn(powerState, 'power_state: {mode: restart, delay: soon}'), [
      'user-data:1:21 power_state.mode: expected poweroff or reboot or halt, got "restart"',
      'user-data:1:37 power_state.delay: expected now, or minutes such as +5, got "soon"',
    ]);
    const [item] = plan(powerState, 'power_state: {mode: poweroff, condition: "test -e /x"}');
    assert.deepEqual(item?.changes, [
      { kind: 'power', mode: 'poweroff', delay: 'now', condition: ['/bin/sh', '-c', 'test -e /x'] },
    ]);
  });
});

describe('phone_home', () => {
  const asked = 'phone_home: {url: "http://home/$INSTANCE_ID/", post: [pub_key_rsa, instance_id, fqdn], tries: 3}';
  const where = context({ hostname: 'a.example.org' }, { id: 'i/1' });

  test('posts what was asked for, and says so where something is missing', async () => {
    const host = memoryHost({ web: { 'POST http://home/i%2F1/': '' } });
    await applied(plan(phoneHome, asked, where), host);
    assert.equal(host.asked[0]?.body, 'pub_key_rsa=N%2FA&instance_id=i%2F1&fqdn=a.example.org');
  });

  test('puts the instance-id into its URL in both spellings', () => {
    const urlOf = (url: string) =>
      plan(phoneHome, `phone_home: {url: "http://home/${url}"}`, where)[0]?.changes.map((change) =>
        change.kind === 'phone-home' ? change.url : '',
      );
    assert.deepEqual(urlOf(`$INSTANCE_ID/\${INSTANCE_ID}x`), ['http://home/i%2F1/i%2F1x']);
    assert.deepEqual(urlOf('$INSTANCE_IDS'), ['http://home/$INSTANCE_IDS']);
  });

  test('tries again while nobody takes it, then gives up and tells', async () => {
    const host = memoryHost({ web: { 'POST http://home/i%2F1/': 503 } });
    const [step] = await applied(plan(phoneHome, asked, where), host);
    assert.equal(host.asked.length, 3);
    assert.equal(
      step?.outcome === 'failed' && step.problem.message,
      'http://home/i%2F1/ was tried 3 times: it answered with 503',
    );
  });

  test('gives up at once where trying again is of no use', async () => {
    const host = memoryHost({ web: {} });
    await applied(plan(phoneHome, asked, where), host);
    assert.equal(host.asked.length, 1);
  });

  test('holds nothing up for longer than five minutes', async () => {
    const host = memoryHost({
      web: async () => ({ status: 503, headers: { 'retry-after': '120' }, body: new Uint8Array() }),
    });
    await applied(plan(phoneHome, asked.replace('tries: 3', 'tries: 100'), where), host);
    assert.ok(host.now() <= 300_000 && host.asked.length >= 2);
  });

  test('a preview sends nothing', async () => {
    const host = memoryHost();
    const [step] = await previewed(plan(phoneHome, asked, where), host);
    assert.equal(step?.outcome === 'due' && step.difference.why, 'posts pub_key_rsa, instance_id, fqdn');
    assert.deepEqual(host.asked, []);
  });
});

describe('spread', () => {
  test('is waited for by each instance in its own share, the same each time', async () => {
    const where = context({}, { id: 'i-7' });
    const [wait] = plan(phoneHome, 'spread: 120s\nphone_home: {url: "http://home"}', where)[0]?.changes ?? [];
    assert.deepEqual([wait], shareOf(instance({ id: 'i-7' }), 120_000));
    assert.equal(shareOf(instance(), 0).length, 0);
    const host = memoryHost({ web: { 'POST http://home': '' } });
    await applied(plan(phoneHome, 'spread: 2m\nphone_home: {url: "http://home"}', where), host);
    assert.equal(host.now(), wait?.kind === 'wait' && wait.ms);
  });

  test('is waited for before packages are installed', () => {
    const [first, second] = plan(packages, 'spread: 120s\npackages: [a]', context({}, { id: 'i-7' }));
    assert.deepEqual(first, { at: 'spread', changes: shareOf(instance({ id: 'i-7' }), 120_000) });
    assert.equal(second?.at, 'packages');
  });

  test('that is no time costs nothing but itself', () => {
    const { plan: items, findings } = planned(packages, 'spread: soon\npackages: [a]');
    assert.equal(findings.length, 1);
    assert.deepEqual(
      items.map(({ at }) => at),
      ['packages'],
    );
  });

  test('spreads a fleet evenly', () => {
    const shares = Array.from({ length: 10_000 }, (_, index) => {
      const [wait] = shareOf(instance({ id: `i-${index.toString(16).padStart(8, '0')}` }), 100_000);
      return wait?.kind === 'wait' ? wait.ms : 0;
    });
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = shares.filter((ms) => Math.floor(ms / 10_000) === tenth).length;
      assert.ok(count > 850 && count < 1150, `${count} of 10000 in tenth ${tenth}`);
    }
  });
});

test("cloud-init's lists of modules are taken and told", () => {
  const lists = 'cloud_config_modules: [mounts, [runcmd, always]]\nvendor_data: {enabled: true}';
  const [item, ...others] = plan(cloudInitModules, lists);
  assert.equal(item?.at, 'cloud_config_modules');
  assert.match(item?.notes?.[0]?.text ?? '', /mounts, runcmd need no naming/);
  assert.deepEqual(others, []);
});

test('what cannot be done for vendor-data is told', () => {
  const items = plan(cloudInitModules, 'vendor_data: {prefix: nice, disabled_handlers: [text/x-shellscript]}');
  assert.deepEqual(
    items.map(({ at }) => at),
    ['vendor_data.prefix', 'vendor_data.disabled_handlers'],
  );
});
