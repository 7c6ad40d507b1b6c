import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const run = (program: string, args: readonly string[], cwd?: string): string =>
  execFileSync(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/** A small package: its name, its version, and its special properties. */
export type Small = readonly [
  name: string,
  version: string,
  more?: { readonly holds?: string; readonly slowMs?: number },
];

/** Makes a repository of small packages with the distribution's tools, signed with a key of its own. */
export function signedRepository(folder: string, packages: readonly Small[]): { key: string } {
  const gpg = join(folder, 'gpg');
  const repo = join(folder, 'repo');
  mkdirSync(gpg, { mode: 0o700 });
  mkdirSync(repo);
  const home = ['--homedir', gpg, '--batch', '--quiet'];
  run('gpg', [...home, '--passphrase', '', '--quick-generate-key', 'packages@example.org', 'rsa2048', 'sign', 'never']);
  const key = run('gpg', [...home, '--armor', '--export', 'packages@example.org']);
  const specs = packages.map((each) => spec(folder, each));
  run('rpmbuild', ['-bb', '--quiet', '--define', `_topdir ${folder}/build`, '--define', `_rpmdir ${repo}`, ...specs]);
  const rpms = run('find', [repo, '-name', '*.rpm']).trim().split('\n');
  run('rpmsign', [
    '--addsign',
    '--define',
    '_gpg_name packages@example.org',
    '--define',
    `_gpg_path ${gpg}`,
    '--define',
    '__gpg /usr/bin/gpg',
    ...rpms,
  ]);
  run('createrepo_c', ['--quiet', repo]);
  run('gpgconf', ['--homedir', gpg, '--kill', 'all']);
  return { key };
}

function spec(folder: string, [name, version, { holds = `/opt/${name}`, slowMs = 0 } = {}]: Small): string {
  const path = join(folder, `${name}-${version}.spec`);
  const files = `%install\nmkdir -p %{buildroot}${dirname(holds)}\necho ${version} >%{buildroot}${holds}\n%files\n${holds}\n`;
  // In rpm's embedded Lua: the database contains no package of a shell.
  const post = slowMs === 0 ? '' : `%post -p <lua>\nposix.sleep(${slowMs / 1000})\n`;
  writeFileSync(
    path,
    `Name: ${name}\nVersion: ${version}\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\nProvides: ${name}-cap\n%description\nx\n${post}${files}`,
  );
  return path;
}

/** Makes a repository of empty packages for apt. */
export function debRepository(folder: string, packages: readonly Small[]): string {
  const repo = join(folder, 'debs');
  for (const [name, version, { slowMs = 0 } = {}] of packages) {
    const tree = join(folder, 'deb', name);
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n`;
    writeFileSync(join(tree, 'DEBIAN/control'), control);
    if (slowMs > 0) {
      const post = `#!/bin/sh\ntouch /opt/${name}\nsleep ${slowMs / 1000}\n`;
      writeFileSync(join(tree, 'DEBIAN/postinst'), post, { mode: 0o755 });
    }
    mkdirSync(repo, { recursive: true });
    run('dpkg-deb', ['--build', tree, join(repo, `${name}_${version}_all.deb`)]);
  }
  writeFileSync(join(repo, 'Packages'), run('dpkg-scanpackages', ['--multiversion', '.'], repo));
  return repo;
}
