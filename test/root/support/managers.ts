import { debRepository, type Mirror, mirror, type Small, signedRepository } from './repository.ts';
import { type Sandbox, sandbox, unable } from './sandbox.ts';

export const noDnf = unable('dnf', 'createrepo_c', 'rpmbuild', 'rpmsign', 'gpg', 'unshare');
export const noApt = unable('apt-get', 'dpkg-deb', 'dpkg-scanpackages', 'unshare');
export const only = ['--only', 'yum_repos,packages'];

export const names = Array.from({ length: 9 }, (_, index) => `tool${index}`);

/** A machine of dnf, with a signed repository at hand, and the user-data that names it. */
export async function dnfMachine(
  more: readonly Small[] = [],
): Promise<{ machine: Sandbox; web: Mirror; repos: string }> {
  const machine = sandbox();
  machine.write('/etc/os-release', 'ID=rocky\nID_LIKE="rhel centos fedora"\nVERSION_ID=9.4\n');
  // Debian's rpm keeps root's packages in root's home, where no other distribution looks.
  machine.write('/etc/rpm/macros', '%_dbpath /var/lib/rpm\n');
  const packages = names.map((name) => [name, '1.0'] as const);
  const { key } = signedRepository(machine.folder, [...packages, ['tool0', '2.0'], ['extra', '1.0'], ...more]);
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

/** What rpm has, by name and version. */
export const installed = async (machine: Sandbox): Promise<string[]> =>
  (await machine.sh('rpm -qa --qf "%{NAME} %{VERSION}\\n" | grep -v gpg-pubkey | sort')).text.trim().split('\n');

/** A machine of apt alone, with a repository at hand. */
export async function aptMachine(more: readonly Small[] = []): Promise<Sandbox> {
  const machine = sandbox();
  const packages: readonly Small[] = [['bootagent-test-a', '1.0'], ['bootagent-test-b', '2.0'], ...more];
  const repo = debRepository(machine.folder, packages);
  await machine.sh('rm -f /etc/apt/sources.list /etc/apt/sources.list.d/* /usr/bin/dnf /usr/bin/dnf-3 /usr/bin/yum');
  machine.write('/etc/apt/sources.list.d/local.list', `deb [trusted=yes] file:${repo} ./\n`);
  machine.write('/etc/apt/apt.conf.d/zz-test', 'APT::Sandbox::User "root";\n');
  return machine;
}

/** What of the repository dpkg has, by name and version. */
export const debs = async (machine: Sandbox): Promise<string> =>
  (await machine.sh("dpkg-query -W 'bootagent-test-*'")).text.trim().replace(/\s+/g, ' ');
