import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../machine/support/scratch.ts';

interface Content {
  /** The newest symbol versions of its libraries, from the release notes of glibc and GCC. */
  readonly glibc: string;
  readonly glibcxx: number;
  readonly cxxabi: number;
  readonly systemd: number;
}

/** What a release provides to a package, as far as bootagent requires it. These are stand-ins, not the releases themselves. */
export const releases = {
  'Enterprise Linux 7': { glibc: '2.17', glibcxx: 19, cxxabi: 7, systemd: 219 },
  'Enterprise Linux 8': { glibc: '2.28', glibcxx: 25, cxxabi: 11, systemd: 239 },
  'Enterprise Linux 9': { glibc: '2.34', glibcxx: 29, cxxabi: 13, systemd: 252 },
  'Enterprise Linux 10': { glibc: '2.39', glibcxx: 33, cxxabi: 15, systemd: 257 },
  'Fedora 42': { glibc: '2.41', glibcxx: 34, cxxabi: 16, systemd: 257 },
  'Fedora 43': { glibc: '2.42', glibcxx: 34, cxxabi: 16, systemd: 258 },
} as const satisfies Readonly<Record<string, Content>>;
export type Name = keyof typeof releases;

const libraries = ['libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0', 'ld-linux-x86-64.so.2'];
const gcc = ['3.0', '3.3', '3.3.1', '3.4', '3.4.2', '4.2.0', '4.3.0', '4.7.0', '4.8.0'];

/** Makes a repository of stand-in packages for that release, together with the given packages. */
export async function repository(folder: string, release: Name, packages: readonly string[]): Promise<void> {
  const content = releases[release];
  mkdirSync(folder, { recursive: true });
  await standIn(folder, 'base-system', '1', [
    ...glibcSymbols(content.glibc),
    ...cxxSymbols(content),
    ...gccSymbols(),
    '/bin/sh',
    'rtld(GNU_HASH)',
  ]);
  await standIn(folder, 'systemd', String(content.systemd), []);
  for (const name of ['util-linux', 'shadow-utils', 'e2fsprogs', 'xfsprogs', 'sudo', 'cloud-init'])
    await standIn(folder, name, '1', []);
  await run('cp', [...packages, folder]);
  await run('createrepo_c', ['--quiet', folder]);
}

const glibcSymbols = (newest: string) =>
  libraries.flatMap((library) => [
    `${library}()(64bit)`,
    ...glibcVersions(newest).map((version) => `${library}(GLIBC_${version})(64bit)`),
  ]);

function glibcVersions(newest: string): readonly string[] {
  const last = Number(newest.split('.')[1]);
  return ['2.2.5', '2.3.2', '2.3.3', '2.3.4', ...Array.from({ length: last - 2 }, (_, index) => `2.${index + 3}`)];
}

const cxxSymbols = ({ glibcxx, cxxabi }: Content) => [
  'libstdc++.so.6()(64bit)',
  'libstdc++.so.6(GLIBCXX_3.4)(64bit)',
  'libstdc++.so.6(CXXABI_1.3)(64bit)',
  ...Array.from({ length: glibcxx }, (_, index) => `libstdc++.so.6(GLIBCXX_3.4.${index + 1})(64bit)`),
  ...Array.from({ length: cxxabi }, (_, index) => `libstdc++.so.6(CXXABI_1.3.${index + 1})(64bit)`),
];

const gccSymbols = () => ['libgcc_s.so.1()(64bit)', ...gcc.map((version) => `libgcc_s.so.1(GCC_${version})(64bit)`)];

/** Makes an empty package with these provides. */
async function standIn(folder: string, name: string, version: string, provides: readonly string[]): Promise<void> {
  const spec = join(folder, `${name}.spec`);
  const lines = [
    `Name: ${name}`,
    `Version: ${version}`,
    'Release: 1',
    'Summary: stand-in',
    'License: none',
    'BuildArch: noarch',
  ];
  writeFileSync(
    spec,
    [...lines, ...provides.map((each) => `Provides: ${each}`), '%description', 'stand-in', '%files', ''].join('\n'),
  );
  await run('rpmbuild', [
    '--quiet',
    '-bb',
    '--define',
    `_topdir ${folder}/build`,
    '--define',
    `_rpmdir ${folder}`,
    spec,
  ]);
}
