import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Change } from '../../../agent/engine/change.ts';
import { dearmored } from '../../../agent/resources/packages/openpgp.ts';
import { apt } from '../../../modules/apt/module.ts';
import { context } from '../../support/facts.ts';
import { applied, laws } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { armoredKey, fingerprint } from '../../support/openpgp.ts';
import { foundIn, plan, planned } from '../../support/settings.ts';

const os = { id: 'debian', family: 'debian', version: '12', codename: 'bookworm', name: 'Debian 12' } as const;
const debian = context({ programs: ['apt-get'], os });
const ubuntu = context({
  programs: ['apt-get'],
  os: { id: 'ubuntu', family: 'debian', version: '24.04', codename: 'noble', name: 'Ubuntu 24.04' },
});

const changesOf = (yaml: string, where = debian): readonly Change[] =>
  plan(apt, yaml, where).flatMap(({ changes }) => changes);
const filesOf = (yaml: string, where = debian): Record<string, string> =>
  Object.fromEntries(
    changesOf(yaml, where).flatMap((change) => (change.kind === 'file' ? [[change.path, String(change.content)]] : [])),
  );
const notesOf = (yaml: string, where = debian): string[] =>
  plan(apt, yaml, where).flatMap(({ notes = [] }) => notes.map(({ text }) => text));

const indented = armoredKey.trimEnd().replaceAll('\n', '\n        ');
const keyText = `key: |\n        ${indented}\n`;

describe('apt', () => {
  test('that is not asked for stays as it is', () => assert.deepEqual(plan(apt, 'packages: [a]', debian), []));

  test('on a machine without apt-get is told', () =>
    assert.deepEqual(notesOf('apt: {conf: "a"}', context()), ['there is no apt-get here, so nothing would read it']));

  test('takes proxies and settings, in the files of cloud-init', () => {
    const yaml = 'apt: {proxy: "http://p:3128", https_proxy: "http://q:1", conf: "APT::Install-Recommends \\"0\\";"}';
    assert.deepEqual(filesOf(yaml), {
      '/etc/apt/apt.conf.d/90cloud-init-aptproxy':
        'Acquire::http::Proxy "http://p:3128";\nAcquire::https::Proxy "http://q:1";\n',
      '/etc/apt/apt.conf.d/94cloud-init-config': 'APT::Install-Recommends "0";\n',
    });
  });

  test('takes preferences', () =>
    assert.deepEqual(filesOf('apt: {preferences: [{package: "*", pin: "release a=stable", pin-priority: 900}]}'), {
      '/etc/apt/preferences.d/90bootagent': 'Package: *\nPin: release a=stable\nPin-Priority: 900\n',
    }));

  test('hides passwords in addresses, and answers to questions for a password', () => {
    const yaml = `apt:
  http_proxy: http://joe:hunter22@p:3128
  sources: {a: {source: "deb https://u:swordfish@h/x ./"}}
  debconf_selections: {a: "mail mail/password password topsecret\\n"}
`;
    const { plan: items, secrets, findings } = planned(apt, yaml, debian);
    assert.deepEqual(findings, []);
    for (const each of ['hunter22', 'swordfish', 'topsecret']) assert.ok(secrets.includes(each), each);
    for (const { changes } of items) {
      for (const change of changes)
        if (change.kind !== 'package-upkeep') assert.equal(change.secret, true, change.kind);
    }
  });

  test('fetches the lists for what follows, unless the packages do so next', () => {
    const upkeep = (yaml: string) => changesOf(yaml).filter(({ kind }) => kind === 'package-upkeep').length;
    const source = 'apt: {sources: {a: {source: "deb https://h ./"}}}';
    assert.equal(upkeep(source), 1);
    assert.equal(upkeep(`${source}\npackages: [a]`), 0);
    for (const key of ['package_update', 'package_upgrade', 'apt_update', 'apt_upgrade']) {
      assert.equal(upkeep(`${source}\n${key}: true`), 0, key);
    }
    assert.equal(upkeep('apt: {proxy: "http://p"}'), 0);
  });

  test('is not dropped for an invalid key of the packages module, which reports it', () => {
    for (const key of ['packages', 'package_update', 'package_upgrade']) {
      const { plan: items, findings } = planned(apt, `apt: {conf: a}\n${key}: {maybe: b}`, debian);
      assert.deepEqual([items.map(({ at }) => at), findings], [['apt.conf'], []], key);
    }
  });

  test('takes the keys of old configurations', () => {
    const yaml =
      'apt_mirror: http://m/debian\napt_proxy: http://p\napt_sources: [{source: "deb http://a ./"}, {source: "deb http://b ./", filename: b.list}]';
    const { plan: items, findings } = planned(apt, yaml, debian);
    assert.deepEqual(
      findings.map(({ at, message }) => `${at}: ${message}`),
      [
        'apt_sources: an old name for "apt: {sources: ...}"',
        'apt_mirror: an old name for "apt: {primary: ...}"',
        'apt_proxy: an old name for "apt: {proxy: ...}"',
      ],
    );
    assert.deepEqual(
      items.flatMap(({ changes }) => changes).flatMap((change) => ('path' in change ? [change.path] : [])),
      [
        '/etc/apt/apt.conf.d/90cloud-init-aptproxy',
        '/etc/apt/sources.list.d/debian.sources',
        '/etc/apt/sources.list',
        '/etc/apt/sources.list.d/cloud_config_sources.list',
        '/etc/apt/sources.list.d/b.list',
      ],
    );
  });

  for (const [yaml, message] of [
    ['apt: {sources: {a: {source: deb, keyid: 12}}}', /keyid: expected a fingerprint of 40 digits, got 2/],
    ['apt: {sources: {a: {source: deb, keyid: F430BBA5}}}', /keyid: 8 digits fit many keys/],
    ['apt: {sources: {a: {key: "http://h/key"}}}', /key: expected a public key in ASCII armor, an https/],
    ['apt: {sources: {a: {filename: ../x, source: deb}}}', /filename: expected the name of a file/],
    ['apt: {proxy: "http://a\\";b"}', /proxy: expected the address of a proxy/],
    ['apt: {debconf_selections: {a: "mail"}}', /a: line 1 is not "PACKAGE QUESTION TYPE ANSWER"/],
    ['apt: {add_apt_repo_match: "("}', /add_apt_repo_match: expected a regular expression/],
  ] as const) {
    test(`tells what is wrong with ${yaml}`, () => assert.match(foundIn(apt, yaml, debian).join('\n'), message));
  }
});

describe('a source of apt', () => {
  const source = (fields: string, where = debian) => changesOf(`apt: {sources: {${fields}}}`, where)[0];

  test('in one line is appended to a file of its name', () =>
    assert.deepEqual(source('docker: {source: "deb $MIRROR $RELEASE main"}'), {
      kind: 'file',
      path: '/etc/apt/sources.list.d/docker.list',
      content: 'deb https://deb.debian.org/debian bookworm main\n',
      append: true,
    }));

  test('with append: false replaces the file', () =>
    assert.deepEqual(source(`a.list: {source: "deb \${SECURITY} x", append: false}`), {
      kind: 'file',
      path: '/etc/apt/sources.list.d/a.list',
      content: 'deb https://deb.debian.org/debian-security x\n',
      mode: 0o644,
    }));

  test('in deb822 format goes to a file that apt reads as that', () =>
    assert.deepEqual(source('a.list: {source: "Types: deb\\nURIs: https://h/$(ARCH)\\nSuites: ./"}'), {
      kind: 'file',
      path: '/etc/apt/sources.list.d/a.sources',
      content: 'Types: deb\nURIs: https://h/$(ARCH)\nSuites: ./\n',
      mode: 0o644,
    }));

  test('with a name that apt would not read gets another', () =>
    assert.deepEqual(filesOf('apt: {sources: {"my repo/x": {source: "deb https://h ./"}}}'), {
      '/etc/apt/sources.list.d/my_repo_x.list': 'deb https://h ./\n',
    }));

  test('is signed by the text of its key', () => {
    const yaml = `apt:\n  sources:\n    a:\n      source: deb [signed-by=$KEY_FILE] https://h ./\n      ${keyText}`;
    const [key, list] = changesOf(yaml);
    assert.deepEqual(key, {
      kind: 'file',
      path: '/etc/apt/cloud-init.gpg.d/a.gpg',
      content: dearmored(armoredKey),
      mode: 0o644,
    });
    assert.equal(
      list?.kind === 'file' && list.content,
      'deb [signed-by=/etc/apt/cloud-init.gpg.d/a.gpg] https://h ./\n',
    );
  });

  for (const [fields, url] of [
    [`keyid: "${fingerprint}"`, `https://keyserver.ubuntu.com/pks/lookup?op=get&options=mr&search=0x${fingerprint}`],
    [
      `keyid: "0x${fingerprint.toLowerCase()}", keyserver: "hkp://keys.example.org:80"`,
      `https://keys.example.org/pks/lookup?op=get&options=mr&search=0x${fingerprint}`,
    ],
    [
      `keyid: "1F75 25AC 3692 CCE8 A5EE 646A 2433 F1B2 4102 E707", keyserver: "https://k:8443/"`,
      `https://k:8443/pks/lookup?op=get&options=mr&search=0x${fingerprint}`,
    ],
  ] as const) {
    test(`has its key fetched for ${fields}`, () =>
      assert.deepEqual(source(`a: {source: "deb https://h ./", ${fields}}`), {
        kind: 'apt-key',
        path: '/etc/apt/trusted.gpg.d/a.gpg',
        url,
        fingerprint,
      }));
  }

  for (const [key, url] of [
    ['https://h/key.asc', 'https://h/key.asc'],
    ['/srv/key.asc', 'file:///srv/key.asc'],
    ['file:///srv/key.asc', 'file:///srv/key.asc'],
  ] as const) {
    test(`has its key read from ${key}`, () => {
      const change = source(`a: {source: "deb https://h ./", key: "${key}"}`);
      assert.equal(change?.kind === 'apt-key' && change.url, url);
    });
  }

  test('of a personal archive is added by the program for that', () => {
    const changes = changesOf('apt: {sources: {a: {source: "ppa:me/x\'y"}}}', ubuntu);
    assert.deepEqual(changes.slice(0, 2), [
      { kind: 'packages', manager: 'apt', names: ['software-properties-common'] },
      { kind: 'apt-archive', source: "ppa:me/x'y" },
    ]);
  });

  test('is left out where its key or its release is not known', () => {
    assert.deepEqual(notesOf('apt: {sources: {a: {source: "deb [signed-by=$KEY_FILE] https://h ./"}}}'), [
      'the source is not added: it needs $KEY_FILE, and has neither "key" nor "keyid"',
    ]);
    const { codename: _, ...unnamed } = os;
    assert.deepEqual(
      notesOf(
        'apt: {sources: {a: {source: "deb https://h $RELEASE"}}}',
        context({ programs: ['apt-get'], os: unnamed }),
      ),
      ['the source is not added: $RELEASE is not known here'],
    );
  });
});

describe("the distribution's list of sources", () => {
  test('gets a mirror, and the same one for security updates unless another is given', () => {
    const text = filesOf('apt: {primary: [{arches: [default], uri: "http://m/debian"}]}')[
      '/etc/apt/sources.list.d/debian.sources'
    ];
    assert.equal(
      text,
      `# Written by bootagent.
Types: deb deb-src
URIs: http://m/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://m/debian
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`,
    );
    const both =
      'apt: {primary: [{arches: [default], uri: "http://m"}], security: [{arches: [default], uri: "http://s"}]}';
    assert.match(
      filesOf(both, ubuntu)['/etc/apt/sources.list.d/ubuntu.sources'] ?? '',
      /URIs: http:\/\/s\nSuites: noble-security\nComponents: main universe restricted multiverse/,
    );
  });

  test('takes the entry of its architecture', () => {
    const yaml = 'apt: {primary: [{arches: [default], uri: "http://d"}, {arches: [amd64], uri: "http://amd"}]}';
    const where = context({ ...debian.facts, platform: { ...debian.facts.platform, architecture: 'x64' } });
    assert.match(filesOf(yaml, where)['/etc/apt/sources.list.d/debian.sources'] ?? '', /^URIs: http:\/\/amd$/m);
  });

  test('is the text that is given, with its variables', () => {
    const yaml =
      'apt: {sources_list: "deb $MIRROR $RELEASE main\\ndeb $SECURITY $RELEASE-security main\\n", disable_suites: [security]}';
    assert.deepEqual(filesOf(yaml), {
      '/etc/apt/sources.list':
        'deb https://deb.debian.org/debian bookworm main\n# disabled by disable_suites: deb https://deb.debian.org/debian-security bookworm-security main\n',
    });
  });

  test('loses suites, and a stanza that has no other', () => {
    const text =
      filesOf('apt: {disable_suites: [backports, $RELEASE-security]}')['/etc/apt/sources.list.d/debian.sources'] ?? '';
    assert.match(text, /^Suites: bookworm bookworm-updates$/m);
    assert.match(text, /^# disabled by disable_suites: URIs: https:\/\/deb\.debian\.org\/debian-security$/m);
    assert.doesNotMatch(text, /^Suites: *$/m);
  });

  test('stays as it is with preserve_sources_list, and other sources are added', () => {
    const yaml =
      'apt: {preserve_sources_list: true, primary: [{arches: [default], uri: "http://m"}], sources: {a: {source: "deb https://h ./"}}}';
    assert.deepEqual(Object.keys(filesOf(yaml)), ['/etc/apt/sources.list.d/a.list']);
    assert.deepEqual(notesOf(yaml), ['the list of sources stays as it is, as preserve_sources_list is true']);
  });

  test('is signed by the key of its mirror', () => {
    const yaml = `apt:\n  primary:\n    - arches: [default]\n      uri: http://m\n      ${keyText}`;
    const files = filesOf(yaml);
    assert.match(
      files['/etc/apt/sources.list.d/debian.sources'] ?? '',
      /^Signed-By: \/etc\/apt\/trusted\.gpg\.d\/primary\.gpg$/m,
    );
  });

  describe('is signed, for each mirror, by the key of that mirror', () => {
    const usual = '/usr/share/keyrings/debian-archive-keyring.gpg';
    const [primary, security] = ['/etc/apt/trusted.gpg.d/primary.gpg', '/etc/apt/trusted.gpg.d/security.gpg'];
    const mirror = (name: string, ...fields: string[]) =>
      [`  ${name}:`, '    - arches: [default]', ...fields.map((field) => `      ${field}`)].join('\n');
    for (const [what, mirrors, signedBy] of [
      ['a key of security alone', [mirror('security', 'uri: http://s', keyText)], [usual, security]],
      [
        'a key of security alone, at the mirror of primary',
        [mirror('primary', 'uri: http://m'), mirror('security', keyText)],
        [usual, security],
      ],
      [
        'a key of primary, and another mirror for security',
        [mirror('primary', 'uri: http://m', keyText), mirror('security', 'uri: http://s')],
        [primary, usual],
      ],
      [
        'a key of primary, which is the mirror of both',
        [mirror('primary', 'uri: http://m', keyText)],
        [primary, primary],
      ],
      ['a key of primary, at the usual mirrors', [mirror('primary', keyText)], [primary, usual]],
      [
        'a key of each',
        [mirror('primary', 'uri: http://m', keyText), mirror('security', 'uri: http://s', keyText)],
        [primary, security],
      ],
    ] as const) {
      test(what, () => {
        const text = filesOf(`apt:\n${mirrors.join('\n')}`)['/etc/apt/sources.list.d/debian.sources'] ?? '';
        assert.deepEqual(
          [...text.matchAll(/^Signed-By: (.*)$/gm)].map(([, path]) => path),
          signedBy,
        );
      });
    }
  });

  test('tells which ways to find a mirror are not taken', () => {
    assert.deepEqual(notesOf('apt: {primary: [{arches: [default], search: ["http://a", "http://b"]}]}'), [
      'apt.primary: the first of "search" is taken (http://a); the others are not tried',
    ]);
    assert.deepEqual(notesOf('apt: {primary: [{arches: [default], search_dns: true}]}'), [
      'apt.primary: "search_dns" looks for no mirror; give its address in "uri"',
    ]);
    assert.deepEqual(notesOf('apt: {sources_list: "## template:jinja\\ndeb {{mirror}}"}'), [
      'a template with jinja is not rendered: the list of sources stays as it is',
    ]);
  });

  test('in deb822 format replaces sources.list', async () => {
    const host = memoryHost({
      files: { '/etc/apt/sources.list': 'deb http://old x main\n' },
      programs: { 'apt-get': () => '' },
    });
    await applied(plan(apt, 'apt: {primary: [{arches: [default], uri: "http://m"}]}\npackages: [a]', debian), host);
    assert.equal(host.nodes.has('/etc/apt/sources.list'), false);
  });
});

const whole =
  'apt: {proxy: "http://p", sources: {a: {source: "deb https://h ./"}}, disable_suites: [updates]}\npackages: [a]';
laws('apt', plan(apt, whole, debian), () => memoryHost({ programs: { 'apt-get': () => '' } }));
