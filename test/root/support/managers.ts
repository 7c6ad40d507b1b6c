import { debRepository, type Small, signedRepository } from './repository.ts';
import { type Sandbox, sandbox, unable } from './sandbox.ts';
import { type Mirror, mirror } from './servers.ts';

export const noDnf = unable('dnf', 'createrepo_c', 'rpmbuild', 'rpmsign', 'gpg', 'unshare');
export const noApt = unable('apt-get', 'dpkg-deb', 'dpkg-scanpackages', 'unshare');
export const only = ['--only', 'yum_repos,packages'];

export const names = Array.from({ length: 9 }, (_, index) => `tool${index}`);

/** Returns a machine with dnf, with a signed repository, and the user-data that configures it. */
export async function dnfMachine(
  more: readonly Small[] = [],
): Promise<{ machine: Sandbox; web: Mirror; repos: string }> {
  const machine = sandbox();
  machine.write('/etc/os-release', 'ID=rocky\nID_LIKE="rhel centos fedora"\nVERSION_ID=9.4\n');
  // Debian's rpm keeps root's database in root's home, unlike other distributions.
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

/** Returns the installed rpm packages, by name and version. */
export const installed = async (machine: Sandbox): Promise<string[]> =>
  (await machine.sh('rpm -qa --qf "%{NAME} %{VERSION}\\n" | grep -v gpg-pubkey | sort')).text.trim().split('\n');

/** Returns a machine with apt only, with a repository. */
export async function aptMachine(more: readonly Small[] = []): Promise<Sandbox> {
  const machine = sandbox();
  const packages: readonly Small[] = [['bootagent-test-a', '1.0'], ['bootagent-test-b', '2.0'], ...more];
  const repo = debRepository(machine.folder, packages);
  await machine.sh('rm -f /etc/apt/sources.list /etc/apt/sources.list.d/* /usr/bin/dnf /usr/bin/dnf-3 /usr/bin/yum');
  machine.write('/etc/apt/sources.list.d/local.list', `deb [trusted=yes] file:${repo} ./\n`);
  machine.write('/etc/apt/apt.conf.d/zz-test', 'APT::Sandbox::User "root";\n');
  return machine;
}

/** Returns the repository's packages that dpkg has installed, by name and version. */
export const debs = async (machine: Sandbox): Promise<string> =>
  (await machine.sh("dpkg-query -W 'bootagent-test-*'")).text.trim().replace(/\s+/g, ' ');
