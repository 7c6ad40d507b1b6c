import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { caCerts } from '../../modules/ca-certs.ts';
import { locale } from '../../modules/locale.ts';
import { ntp } from '../../modules/ntp.ts';
import { randomSeed } from '../../modules/random-seed.ts';
import { timezone } from '../../modules/timezone.ts';
import { context } from '../support/facts.ts';
import { applied, laws, previewed } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

const debian = context({ os: { id: 'debian', family: 'debian', version: '12', name: 'Debian 12' } });

describe('timezone', () => {
  const zurich = { files: { '/usr/share/zoneinfo/Europe/Zurich': 'TZif' } };

  test('is a link, and on Debian its name in a file too', () => {
    const link = { kind: 'timezone', zone: 'Europe/Zurich' };
    assert.deepEqual(plan(timezone, 'timezone: Europe/Zurich'), [{ at: 'timezone', changes: [link] }]);
    const file = { kind: 'file', path: '/etc/timezone', content: 'Europe/Zurich\n', mode: 0o644 };
    assert.deepEqual(plan(timezone, 'timezone: Europe/Zurich', debian)[0]?.changes, [link, file]);
    assert.deepEqual(plan(timezone, 'a: 1'), []);
  });

  test('is no path that leads elsewhere', () => {
    const refused = 'user-data:1:11 timezone: expected a time zone such as Europe/Zurich, got "../../etc/passwd"';
    assert.deepEqual(foundIn(timezone, 'timezone: ../../etc/passwd'), [refused]);
  });

  test('that nobody knows is told with the nearest, and the guest decides', () => {
    const told = 'user-data:1:11 timezone: no time zone Europe/Zurch is known; did you mean "Europe/Zurich"?';
    assert.deepEqual(foundIn(timezone, 'timezone: Europe/Zurch'), [told]);
    assert.equal(planned(timezone, 'timezone: Europe/Zurch').plan.length, 1);
    for (const known of ['UTC', 'Etc/UTC', 'US/Eastern', 'Europe/Kyiv', 'Etc/GMT+5']) {
      assert.deepEqual(foundIn(timezone, `timezone: ${known}`), [], known);
    }
  });

  for (const [how, taken] of [
    ['planned', previewed],
    ['made', applied],
  ] as const) {
    test(`that is not installed is told where it is ${how}, and the link stays`, async () => {
      const host = memoryHost({ links: { '/etc/localtime': '../usr/share/zoneinfo/UTC' } });
      const [step] = await taken(plan(timezone, 'timezone: Antarctica/Troll'), host);
      assert.equal(
        step?.outcome === 'failed' && step.problem.message,
        'No time zone "Antarctica/Troll" in /usr/share/zoneinfo',
      );
      assert.deepEqual(host.did, []);
    });
  }

  laws('timezone', plan(timezone, 'timezone: Europe/Zurich', debian), () => memoryHost(zurich));
});

describe('locale', () => {
  const known = { locale: () => 'C\nC.utf8\nde_CH.utf8\nPOSIX\n' };

  test('is set for the whole system, and installed where it is not', () => {
    const edit = { syntax: 'lines', drop: 'LANG=', put: 'LANG=de_CH.UTF-8' };
    assert.deepEqual(plan(locale, 'locale: de_CH.UTF-8'), [
      {
        at: 'locale',
        changes: [
          { kind: 'edit', path: '/etc/locale.conf', edit },
          { kind: 'locale', name: 'de_CH.UTF-8' },
        ],
      },
    ]);
    assert.equal(plan(locale, 'locale: C.UTF-8', debian)[0]?.changes.length, 1);
    assert.deepEqual(plan(locale, 'locale: false'), []);
  });

  test('is generated where Debian generates it', async () => {
    const host = memoryHost({
      files: { '/etc/locale.gen': '# en_US.UTF-8 UTF-8\n' },
      programs: {
        locale: (_, machine) => (machine.did.includes('run locale-gen') ? 'fr_CH.utf8\n' : 'C\n'),
        'locale-gen': () => '',
      },
    });
    const steps = await applied(plan(locale, 'locale: fr_CH.UTF-8', debian), host);
    assert.deepEqual(
      steps.map(({ outcome }) => outcome),
      ['made', 'made'],
    );
    assert.equal(host.text('/etc/locale.gen'), '# en_US.UTF-8 UTF-8\nfr_CH.UTF-8 UTF-8\n');
    assert.equal(host.text('/etc/default/locale'), 'LANG=fr_CH.UTF-8\n');
  });

  test('that no package brought is told with the package', async () => {
    const [, step] = await applied(plan(locale, 'locale: fr_CH.UTF-8'), memoryHost({ programs: known }));
    assert.match(step?.outcome === 'failed' ? step.problem.hint : '', /glibc-langpack-fr/);
  });

  laws('locale', plan(locale, 'locale: de_CH.UTF-8'), () => memoryHost({ programs: known }));
});

describe('ntp', () => {
  const asked = 'ntp: {servers: [10.0.0.1], pools: [pool.example.org], allow: [10.0.0.0/8]}';
  const installed = context({ programs: ['chronyd'] });
  const units = {
    systemctl: (args: readonly string[]) =>
      ({ show: 'ActiveState=active\n', 'is-enabled': 'enabled\n' })[args[0] ?? ''] ?? '',
  };

  test('puts its sources in the place of those of chrony', async () => {
    const before = '# local\npool 2.rocky.pool.ntp.org iburst\ndriftfile /var/lib/chrony/drift\nserver other\n';
    const host = memoryHost({ files: { '/etc/chrony.conf': before }, programs: { systemctl: () => 'active' } });
    await applied(plan(ntp, asked, installed), host);
    assert.equal(
      host.text('/etc/chrony.conf'),
      '# local\npool pool.example.org iburst\nserver 10.0.0.1 iburst\ndriftfile /var/lib/chrony/drift\nallow 10.0.0.0/8\n',
    );
    assert.ok(host.did.includes('run systemctl --no-block try-restart chronyd.service'));
  });

  test('leaves the sources alone where none are named', () => {
    const kinds = plan(ntp, 'ntp: {}', installed)[0]?.changes.map(({ kind }) => kind);
    assert.deepEqual(kinds, ['service', 'running']);
    assert.deepEqual(plan(ntp, 'ntp: {enabled: false, servers: [a]}', installed), []);
  });

  test('takes systemd-timesyncd where that is what there is, and tells what it cannot do', () => {
    const small = context({ paths: ['/usr/lib/systemd/systemd-timesyncd'] });
    const [item] = plan(ntp, asked, small);
    assert.deepEqual(item?.changes[0], {
      kind: 'file',
      path: '/etc/systemd/timesyncd.conf.d/bootagent.conf',
      content: '[Time]\nNTP=10.0.0.1 pool.example.org\n',
      mode: 0o644,
    });
    assert.deepEqual(item?.notes, [
      { level: 'warning', text: 'systemd-timesyncd only asks for the time: allow left out' },
    ]);
  });

  test('a source that is none costs itself alone', () => {
    const { plan: items, findings } = planned(ntp, 'ntp: {servers: ["a b", c]}', installed);
    assert.equal(findings.length, 1);
    assert.deepEqual(items[0]?.changes[0]?.kind === 'edit' && items[0].changes[0].edit, {
      syntax: 'chrony',
      sources: ['server c iburst'],
      allow: [],
    });
  });

  laws('ntp', plan(ntp, asked, installed), () =>
    memoryHost({ files: { '/usr/lib/systemd/system/chronyd.service': '' }, programs: units }),
  );
});

describe('ca_certs', () => {
  const pem = '-----BEGIN CERTIFICATE-----\n    MIIB\n    -----END CERTIFICATE-----';
  const asked = `ca-certs:\n  trusted:\n  - |\n    ${pem}\n  - junk\n`;

  test('writes each certificate and makes the system trust it', () => {
    const { plan: items } = planned(caCerts, asked);
    const file = {
      kind: 'file',
      path: '/etc/pki/ca-trust/source/anchors/bootagent-ca-cert-1.crt',
      content: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
      mode: 0o644,
    };
    assert.deepEqual(items, [
      { at: 'ca_certs.trusted[0]', changes: [file, { kind: 'notify', what: 'ca-trust', follows: file }] },
    ]);
  });

  test('tells an old name, and what is no certificate', () => {
    assert.deepEqual(foundIn(caCerts, asked), [
      'user-data:7:5 ca_certs.trusted[1]: expected a certificate in PEM, got "junk"',
      'user-data:2:3 ca-certs: "ca-certs" is an old name for "ca_certs"',
    ]);
  });

  test('removes those of the system, and leaves the given ones', async () => {
    const yaml = `ca_certs:\n  remove_defaults: true\n  trusted:\n  - |\n    ${pem}\n`;
    const old = '/usr/share/pki/ca-trust-source/ca-bundle.trust.p11-kit';
    const redhat = memoryHost({ files: { [old]: 'x' }, programs: { 'update-ca-trust': () => '' } });
    await applied(plan(caCerts, yaml), redhat);
    assert.deepEqual(
      [redhat.text(old), redhat.nodes.has('/etc/pki/ca-trust/source/anchors/bootagent-ca-cert-1.crt')],
      [undefined, true],
    );
    const [item] = plan(caCerts, yaml, debian);
    assert.deepEqual(
      item?.changes.map(({ kind }) => kind),
      ['debconf', 'edit', 'notify'],
    );
  });

  laws('ca_certs', planned(caCerts, asked).plan, () => memoryHost({ programs: { 'update-ca-trust': () => '' } }));
});

describe('random_seed', () => {
  test('stirs in what the user and the metadata give, by input and never by name', async () => {
    const inputs: string[] = [];
    const host = memoryHost({
      programs: {
        dd: (args, _, input) => {
          inputs.push(`${args[0]} ${input}`);
          return '';
        },
      },
    });
    const where = context({}, { metadata: { random_seed: Buffer.from('from the cloud').toString('base64') } });
    const { plan: items, secrets } = planned(randomSeed, 'random_seed: {data: bXkgc2VlZA==, encoding: b64}', where);
    await applied(items, host);
    assert.deepEqual(inputs, ['of=/dev/urandom my seed', 'of=/dev/urandom from the cloud']);
    assert.deepEqual(secrets, ['bXkgc2VlZA==']);
    assert.ok(host.did.every((each) => !each.includes('seed')));
  });

  test('runs a command that makes a seed', () => {
    const [change] = plan(randomSeed, 'random_seed: {command: [pollinate]}')[0]?.changes ?? [];
    assert.match(
      change?.kind === 'script' ? (change.items[0] ?? '') : '',
      /RANDOM_SEED_FILE='\/dev\/urandom' 'pollinate'/,
    );
  });
});
