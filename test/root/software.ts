import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aptMachine, debs, dnfMachine, installed, names, noApt, noDnf, only } from './support/managers.ts';
import { sandbox } from './support/sandbox.ts';

describe('dnf', { skip: noDnf }, () => {
  test('installs signed packages from a repository, and finds nothing to do the second time', async () => {
    const { machine, web, repos } = await dnfMachine();
    using _ = machine;
    await using __ = web;
    const asked = `${repos}packages: [tool0, [tool1, 1.0], {dnf: tool2-cap}, {apt: [nothing]}]\n`;
    const first = await machine.agent(asked, '--force', ...only);
    assert.equal(first.code, 0, first.text);
    assert.deepEqual(await installed(machine), ['tool0 2.0', 'tool1 1.0', 'tool2 1.0']);
    assert.match(first.text, /nothing is meant for apt/);
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
    assert.match(
      text,
      /user-data-0:26:12: packages\[0\]: dnf could not install 1 of 10: nosuch \(Unable to find a match: nosuch\)/,
    );
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

  test('takes a package by its address and by its path, once each, and tells the line of one that is not there', async () => {
    const { machine, web } = await dnfMachine();
    using _ = machine;
    await using __ = web;
    const rpm = (name: string) => `noarch/${name}-1.0-1.noarch.rpm`;
    const asked = `packages:\n  - ${web.url}/${rpm('extra')}\n  - ${machine.folder}/repo/${rpm('tool1')}\n`;
    await machine.sh(`rpm --import ${machine.folder}/key 2>/dev/null; rm -rf /etc/yum.repos.d`);
    const { code, text } = await machine.agent(asked, '--force', ...only);
    assert.equal(code, 0, text);
    assert.deepEqual(await installed(machine), ['extra 1.0', 'tool1 1.0']);
    const before = web.asked.length;
    const again = await machine.agent(asked, ...only);
    assert.equal(again.code, 0, again.text);
    assert.equal(web.asked.length, before);

    const lost = await machine.agent(`packages:\n  - ${machine.folder}/repo/${rpm('lost')}\n`, '--force', ...only);
    assert.notEqual(lost.code, 0);
    assert.match(lost.text, /user-data-2:3:5: packages\[0\]: dnf could not install: \S+lost-1\.0-1\.noarch\.rpm/);
  });

  test('is not there, nor another: told with the line, and the rest is done', async () => {
    using machine = sandbox();
    await machine.sh('rm -f /usr/bin/dnf* /usr/bin/yum /usr/bin/apt-get');
    const asked =
      'write_files: [{path: /opt/rest, content: done}]\nyum_repos: {a: {baseurl: https://a}}\npackages: [tool0]\n';
    const { code, text } = await machine.agent(asked, '--force', '--only', 'write_files,yum_repos,packages');
    assert.notEqual(code, 0);
    assert.match(
      text,
      /user-data-0:4:1: packages: No package is installed: there is neither dnf, yum nor apt-get here/,
    );
    assert.match(text, /user-data-0:3:13: yum_repos\.a: there is neither dnf nor yum here, so nothing would read it/);
    assert.equal(machine.text('/opt/rest'), 'done');
  });

  test('brings a newer kernel: the machine restarts, and does not for other packages', async () => {
    const { machine, web, repos } = await dnfMachine([
      ['kernel-test', '1.0', { holds: '/boot/vmlinuz-999.0.0-1.el9' }],
    ]);
    using _ = machine;
    await using __ = web;
    await machine.sh(
      'rm -f /boot/vmlinuz-*; printf "#!/bin/sh\\necho \\"\\$*\\" >>/opt/systemctl\\n" >/tmp/stub; install -m 755 /tmp/stub /usr/bin/systemctl',
    );
    const modules = ['--force', '--only', 'yum_repos,packages,package_reboot'];
    const run = (name: string) =>
      machine.agent(`${repos}packages: [${name}]\npackage_reboot_if_required: true\n`, ...modules);
    const plain = await run('tool0');
    assert.match(plain.text, /no restart is needed/);
    assert.doesNotMatch(machine.text('/opt/systemctl') ?? '', /reboot/);
    const kernel = await run('kernel-test');
    assert.match(kernel.text, /the machine restarts: kernel 999\.0\.0-1\.el9 is installed and \S+ runs/);
    assert.match(machine.text('/opt/systemctl') ?? '', /^--no-block reboot$/m);
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
  test('installs from a repository, a version too, and finds nothing to do the second time', async () => {
    using machine = await aptMachine();
    const asked = 'packages: [bootagent-test-a, [bootagent-test-b, 2.0]]\n';
    const first = await machine.agent(asked, '--force', ...only);
    assert.equal(first.code, 0, first.text);
    assert.equal(await debs(machine), 'bootagent-test-a 1.0 bootagent-test-b 2.0');
    const second = await machine.agent(asked, '--force', ...only, '--dry-run', '--detailed-exitcode');
    assert.equal(second.code, 0, second.text);
  });

  test('loses one bad name, and says which', async () => {
    using machine = await aptMachine();
    const { code, text } = await machine.agent('packages: [bootagent-nosuch, bootagent-test-a]\n', '--force', ...only);
    assert.notEqual(code, 0);
    assert.match(
      text,
      /user-data-0:2:12: packages\[0\]: apt-get could not install 1 of 2: bootagent-nosuch \(Unable to locate package bootagent-nosuch\)/,
    );
    assert.equal(await debs(machine), 'bootagent-test-a 1.0');
  });
});
