import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { debRepository, type Mirror, mirror, signedRepository } from './support/repository.ts';
import { type Sandbox, sandbox, unable } from './support/sandbox.ts';

const noDnf = unable('dnf', 'createrepo_c', 'rpmbuild', 'rpmsign', 'gpg', 'unshare');
const noApt = unable('apt-get', 'dpkg-deb', 'dpkg-scanpackages', 'unshare');
const only = ['--only', 'yum_repos,packages'];

const names = Array.from({ length: 9 }, (_, index) => `tool${index}`);

/** A machine of dnf, with a signed repository at hand, and the user-data that names it. */
async function dnfMachine(): Promise<{ machine: Sandbox; web: Mirror; repos: string }> {
  const machine = sandbox();
  // Debian's rpm keeps root's packages in root's home, where no other distribution looks.
  machine.write('/etc/rpm/macros', '%_dbpath /var/lib/rpm\n');
  const packages = names.map((name) => [name, '1.0'] as const);
  const { key } = signedRepository(machine.folder, [...packages, ['tool0', '2.0'], ['extra', '1.0']]);
  const web = await mirror(`${machine.folder}/repo`);
  const armor = key.trimEnd().replaceAll('\n', '\n      ');
  const repos = `yum_repos:
  local:
    name: Local
    baseurl: ${web.url}
    gpgcheck: true
    gpgkey: |
      ${armor}
`;
  return { machine, web, repos };
}

const installed = async (machine: Sandbox): Promise<string[]> =>
  (await machine.sh('rpm -qa --qf "%{NAME} %{VERSION}\\n" | grep -v gpg-pubkey | sort')).text.trim().split('\n');

describe('dnf', { skip: noDnf }, () => {
  test('installs signed packages from a repository, and finds nothing to do the second time', async () => {
    const { machine, web, repos } = await dnfMachine();
    using _ = machine;
    await using __ = web;
    const asked = `${repos}packages: [tool0, [tool1, 1.0], {dnf: tool2-cap}, {apt: [nothing]}]\n`;
    const first = await machine.agent(asked, '--force', ...only);
    assert.equal(first.code, 0, first.text);
    assert.deepEqual(await installed(machine), ['tool0 2.0', 'tool1 1.0', 'tool2 1.0']);
    assert.match(first.text, /packages\[3\]\.apt\[0\]: nothing is meant for apt/);
    assert.match(machine.text('/etc/yum.repos.d/local.repo') ?? '', /^gpgkey = file:\/\/\/etc\/pki\/rpm-gpg\//m);

    const before = web.asked.length;
    const second = await machine.agent(asked, '--force', ...only, '--dry-run', '--detailed-exitcode');
    assert.equal(second.code, 0, second.text);
    assert.equal(web.asked.length, before);
  });

  test('loses one bad name among ten, and says which', async () => {
    const { machine, web, repos } = await dnfMachine();
    using _ = machine;
    await using __ = web;
    const { code, text } = await machine.agent(`${repos}packages: [nosuch, ${names.join(', ')}]\n`, '--force', ...only);
    assert.notEqual(code, 0);
    assert.match(text, /could not install 1 of 10: nosuch \(Unable to find a match: nosuch\)/);
    assert.equal((await installed(machine)).length, 9);
  });

  test('brings what is old up to date', async () => {
    const { machine, web, repos } = await dnfMachine();
    using _ = machine;
    await using __ = web;
    await machine.agent(`${repos}packages: [[tool0, 1.0]]\n`, '--force', ...only);
    assert.deepEqual(await installed(machine), ['tool0 1.0']);
    const { code, text } = await machine.agent(`${repos}package_upgrade: true\n`, '--force', ...only);
    assert.equal(code, 0, text);
    assert.deepEqual(await installed(machine), ['tool0 2.0']);
  });

  test('takes a package by its address', async () => {
    const { machine, web } = await dnfMachine();
    using _ = machine;
    await using __ = web;
    const asked = `packages: ["${web.url}/noarch/extra-1.0-1.noarch.rpm"]\n`;
    await machine.sh(`rpm --import ${machine.folder}/key 2>/dev/null; rm -rf /etc/yum.repos.d`);
    const { code, text } = await machine.agent(asked, '--force', ...only);
    assert.equal(code, 0, text);
    assert.deepEqual(await installed(machine), ['extra 1.0']);
  });

  test('outlasts a mirror that fails for a while', async () => {
    const { machine, web, repos } = await dnfMachine();
    using _ = machine;
    await using __ = web;
    web.failing = 12;
    const { code, text } = await machine.agent(`${repos}packages: [tool3]\n`, '--force', ...only);
    assert.equal(code, 0, text);
    assert.ok(web.failing < 0, 'the mirror was not asked often enough to fail');
    assert.deepEqual(await installed(machine), ['tool3 1.0']);
  });

  test('waits for another dnf that is at work', async () => {
    const { machine, web, repos } = await dnfMachine();
    using _ = machine;
    await using __ = web;
    await machine.agent(repos, '--force', ...only);
    web.delayMs = 1500;
    const node = `cd ${process.cwd()} && ${process.execPath} agent/main.ts run --user-data ${machine.folder}/asked --force`;
    await machine.sh(`printf '#cloud-config\\npackages: [tool4]\\n' >${machine.folder}/asked`);
    const { code, text } = await machine.sh(
      `(dnf -y --refresh makecache >/dev/null 2>&1; echo other ended) & for i in $(seq 100); do ls /var/cache/dnf/*lock.pid 2>/dev/null && break; sleep 0.05; done; ${node} ${only.join(' ')} || exit; echo ours ended; wait`,
    );
    assert.equal(code, 0, text);
    assert.ok(text.indexOf('other ended') < text.indexOf('ours ended'), text);
    assert.deepEqual(await installed(machine), ['tool4 1.0']);
  });

  test('refuses packages that another key has signed', async () => {
    const { machine, web, repos } = await dnfMachine();
    using _ = machine;
    await using __ = web;
    const other = await dnfMachine();
    using ___ = other.machine;
    await using ____ = other.web;
    const mixed = other.repos.replace(other.web.url, web.url);
    assert.notEqual(mixed, repos);
    const { code, text } = await machine.agent(`${mixed}packages: [tool5]\n`, '--force', ...only);
    assert.notEqual(code, 0, text);
    assert.deepEqual(await installed(machine), ['']);
  });
});

describe('apt', { skip: noApt }, () => {
  const machineOf = async (): Promise<Sandbox> => {
    const machine = sandbox();
    const repo = debRepository(machine.folder, [
      ['bootagent-test-a', '1.0'],
      ['bootagent-test-b', '2.0'],
    ]);
    await machine.sh('rm -f /etc/apt/sources.list /etc/apt/sources.list.d/* /usr/bin/dnf /usr/bin/dnf-3 /usr/bin/yum');
    machine.write('/etc/apt/sources.list.d/local.list', `deb [trusted=yes] file:${repo} ./\n`);
    machine.write('/etc/apt/apt.conf.d/zz-test', 'APT::Sandbox::User "root";\n');
    return machine;
  };
  const listed = async (machine: Sandbox) =>
    (await machine.sh("dpkg-query -W 'bootagent-test-*'")).text.trim().replace(/\s+/g, ' ');

  test('installs from a repository, a version too, and finds nothing to do the second time', async () => {
    using machine = await machineOf();
    const asked = 'packages: [bootagent-test-a, [bootagent-test-b, 2.0]]\n';
    const first = await machine.agent(asked, '--force', ...only);
    assert.equal(first.code, 0, first.text);
    assert.equal(await listed(machine), 'bootagent-test-a 1.0 bootagent-test-b 2.0');
    const second = await machine.agent(asked, '--force', ...only, '--dry-run', '--detailed-exitcode');
    assert.equal(second.code, 0, second.text);
  });

  test('loses one bad name, and says which', async () => {
    using machine = await machineOf();
    const { code, text } = await machine.agent('packages: [bootagent-nosuch, bootagent-test-a]\n', '--force', ...only);
    assert.notEqual(code, 0);
    assert.match(text, /could not install 1 of 2: bootagent-nosuch \(Unable to locate package bootagent-nosuch\)/);
    assert.equal(await listed(machine), 'bootagent-test-a 1.0');
  });
});
