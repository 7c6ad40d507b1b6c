import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { yumRepos } from '../../modules/yum-repos/module.ts';
import { context } from '../support/facts.ts';
import { applied, laws } from '../support/laws.ts';
import { memoryHost } from '../support/memory-host.ts';
import { foundIn, plan, planned } from '../support/settings.ts';

const cvmfs = `yum_repos:
  cvmfs:
    name: CernVM-FS Stable
    baseurl: http://cvmrepo.web.cern.ch/cvmrepo/yum/cvmfs/EL/$releasever/$basearch
    enabled: true
    gpgcheck: false
`;
const path = '/etc/yum.repos.d/cvmfs.repo';
const content = `# Made by bootagent
[cvmfs]
name = CernVM-FS Stable
baseurl = http://cvmrepo.web.cern.ch/cvmrepo/yum/cvmfs/EL/$releasever/$basearch
enabled = 1
gpgcheck = 0

`;
const fileOf = (yaml: string): string => {
  const last = plan(yumRepos, yaml)[0]?.changes.at(-1);
  return last?.kind === 'repository' ? last.content : '';
};

describe('yum_repos', () => {
  test('plans nothing unless asked', () => {
    assert.deepEqual(plan(yumRepos, 'hostname: a'), []);
  });

  test('writes the file as cloud-init does, with what dnf fills in left alone', () => {
    assert.deepEqual(plan(yumRepos, cvmfs), [
      {
        at: 'yum_repos.cvmfs',
        changes: [{ kind: 'repository', path, content }],
        notes: [
          {
            level: 'warning',
            text: 'plain http without signature checks: anyone on the network path can inject packages',
          },
        ],
      },
    ]);
  });

  for (const [what, settings, lines] of [
    ['a percent sign', 'baseurl: "https://a/x%20y"', 'baseurl = https://a/x%20y'],
    ['a list', 'baseurl: [https://a/1, https://b/2]', 'baseurl = https://a/1\n\thttps://b/2'],
    ['several lines', 'baseurl: "https://a/1\\n  https://b/2\\n"', 'baseurl = https://a/1\n\thttps://b/2'],
    [
      'numbers and words',
      'metalink: https://a, priority: 10, timeout: 1e3',
      'metalink = https://a\npriority = 10\ntimeout = 1e3',
    ],
    [
      'other spellings of a key',
      'mirrorlist: https://a, Skip-If-Unavailable: yes',
      'mirrorlist = https://a\nskip_if_unavailable = 1',
    ],
    ['a quoted yes', 'baseurl: https://a, enabled: "yes"', 'baseurl = https://a\nenabled = yes'],
  ] as const) {
    test(`takes ${what}`, () => {
      assert.equal(fileOf(`yum_repos: {a: {${settings}}}`), `# Made by bootagent\n[a]\n${lines}\n\n`);
    });
  }

  test('drops a setting without a value, and says so', () => {
    const yaml = 'yum_repos: {a: {baseurl: https://a, gpgkey: null}}';
    assert.deepEqual(foundIn(yumRepos, yaml), ['user-data:1:45 yum_repos.a.gpgkey: has no value, and is left out']);
    const last = planned(yumRepos, yaml).plan[0]?.changes.at(-1);
    assert.equal(last?.kind === 'repository' && last.content, '# Made by bootagent\n[a]\nbaseurl = https://a\n\n');
  });

  test('takes spaces of an id for dashes, and another folder', () => {
    const [item] = plan(yumRepos, 'yum_repo_dir: /srv/repos/\nyum_repos: {my repo: {baseurl: https://a}}');
    assert.equal(item?.changes[0]?.kind === 'repository' && item.changes[0].path, '/srv/repos/my-repo.repo');
  });

  test('imports a key that is given in place of its address', () => {
    const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----\n';
    const yaml = `yum_repos:\n  a:\n    baseurl: https://a\n    gpgkey: |\n      ${key.replaceAll('\n', '\n      ')}\n`;
    const [file, imported, repository] = plan(yumRepos, yaml).flatMap(({ changes }) => changes);
    const keyPath = '/etc/pki/rpm-gpg/RPM-GPG-KEY-a';
    assert.deepEqual(file, { kind: 'file', path: keyPath, content: key, mode: 0o644 });
    assert.deepEqual(imported, { kind: 'rpm-key', path: keyPath, follows: file });
    assert.equal(
      repository?.kind === 'repository' && repository.content,
      `# Made by bootagent\n[a]\nbaseurl = https://a\ngpgkey = file://${keyPath}\n\n`,
    );
  });

  test('fetches a key and imports it before the repository is there', () => {
    const yaml = 'yum_repos: {a: {baseurl: https://a, gpgkey: https://a/key}}';
    assert.deepEqual(
      plan(yumRepos, yaml).flatMap(({ changes }) => changes.map(({ kind }) => kind)),
      ['download', 'rpm-key', 'repository'],
    );
  });

  test('is there although its key cannot be fetched now', async () => {
    const host = memoryHost({ web: { 'GET https://a/key': 503 } });
    const steps = await applied(plan(yumRepos, 'yum_repos: {a: {baseurl: https://a, gpgkey: https://a/key}}'), host);
    assert.deepEqual(
      steps.map(({ at, outcome }) => [at, outcome]),
      [
        ['yum_repos.a.gpgkey', 'failed'],
        ['yum_repos.a.gpgkey', 'skipped'],
        ['yum_repos.a', 'made'],
      ],
    );
  });

  test('warns of a key that comes by plain http', () => {
    const yaml = 'yum_repos: {a: {baseurl: https://a, gpgkey: http://a/key}}';
    assert.deepEqual(plan(yumRepos, yaml).at(-1)?.notes, [
      { level: 'warning', text: 'its key is fetched by plain http: anyone on the network path can replace it' },
    ]);
  });

  test('is told as not done where neither dnf nor yum would read it', () => {
    assert.deepEqual(plan(yumRepos, cvmfs, context({ programs: ['apt-get'] })), [
      {
        at: 'yum_repos.cvmfs',
        changes: [],
        notes: [{ level: 'warning', text: 'there is neither dnf nor yum here, so nothing would read it' }],
      },
    ]);
  });

  for (const [yaml, found] of [
    [
      '{../../etc/x: {baseurl: https://a}}',
      '1:13 yum_repos: expected the id of a repository: letters, digits and -_.:, got "../../etc/x"',
    ],
    ...['a/../../x', 'a/b', '..', '.hidden'].map(
      (id) =>
        [
          `{${id}: {baseurl: https://a}}`,
          `1:13 yum_repos: expected the id of a repository: letters, digits and -_.:, got "${id}"`,
        ] as const,
    ),
    ['{a: {name: A}}', '1:16 yum_repos.a: a repository needs a baseurl, a metalink or a mirrorlist'],
    ['{a: {baseurl: https://a, name: "x\\n[evil]"}}', '1:43 yum_repos.a.name: name is one line, got "x\\n[evil]"'],
    ['{a: {baseurl: https://a, "x y": 1}}', '1:37 yum_repos.a.x y: "x y" is not the name of a setting'],
    ['{a: {baseurl: {b: c}}}', '1:26 yum_repos.a.baseurl: expected text, got a mapping'],
    ['{a: https://a}', '1:16 yum_repos.a: expected a mapping'],
  ] as const) {
    test(`tells what is wrong with ${yaml}`, () => {
      assert.deepEqual(foundIn(yumRepos, `yum_repos: ${yaml}`), [`user-data:${found}`]);
      assert.deepEqual(planned(yumRepos, `yum_repos: ${yaml}`).plan, []);
    });
  }

  test('loses one bad repository, not its neighbour', () => {
    const { plan } = planned(yumRepos, 'yum_repos: {a: {name: A}, b: {baseurl: https://b}}');
    assert.deepEqual(
      plan.map(({ at }) => at),
      ['yum_repos.b'],
    );
  });

  test('converges a file that is there, and keeps it if it is not ours', async () => {
    const host = memoryHost({ files: { [path]: '[cvmfs]\nname=by hand\n' } });
    const [step] = await applied(plan(yumRepos, cvmfs), host);
    assert.equal(step?.outcome === 'made' && step.note, `the previous file is kept as ${path}.before-bootagent`);
    assert.equal(host.text(path), content);
    assert.equal(host.text(`${path}.before-bootagent`), '[cvmfs]\nname=by hand\n');
  });

  for (const mark of ['# Made by bootagent', '# Created by cloud-init on Mon, 01 Jan 2024 00:00:00 +0000']) {
    test(`replaces what begins with "${mark.slice(0, 23)}"`, async () => {
      const host = memoryHost({ files: { [path]: `${mark}\n[cvmfs]\nname = old\n` } });
      await applied(plan(yumRepos, cvmfs), host);
      assert.deepEqual(host.did, [`write ${path}`]);
    });
  }

  laws('yum_repos', plan(yumRepos, cvmfs), () => memoryHost());
});
