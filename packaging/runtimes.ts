import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** The target architectures by their names in Node, with their names elsewhere. */
export const architectures = {
  x64: {
    rpm: 'x86_64',
    deb: 'amd64',
    strip: 'strip',
    emulator: undefined,
    libatomic: ['/usr/lib/x86_64-linux-gnu/libatomic.so.1', '/usr/lib64/libatomic.so.1'],
    package: 'libatomic1',
  },
  arm64: {
    rpm: 'aarch64',
    deb: 'arm64',
    strip: 'aarch64-linux-gnu-strip',
    emulator: ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'],
    libatomic: ['/usr/aarch64-linux-gnu/lib/libatomic.so.1'],
    package: 'libatomic1-arm64-cross',
  },
} as const;
export type Architecture = keyof typeof architectures;

/** Returns the directory of the official Node for an architecture: installed by npm, or fetched once. */
export function nodeFor(architecture: Architecture, cache: string): string {
  const name = `node-linux-${architecture}`;
  const installed = join('node_modules', name);
  if (existsSync(join(installed, 'bin/node'))) return installed;
  const { version, integrity } = lockedAt(`node_modules/${name}`);
  const folder = join(cache, `${name}-${version}`);
  if (!existsSync(join(folder, 'bin/node'))) fetchPackage(`${name}@${version}`, integrity, folder);
  return folder;
}

/** Fetches a package, and checks its integrity against the lock file, since npm skips packages of other architectures. */
function fetchPackage(spec: string, integrity: string, folder: string): void {
  const unpacking = `${folder}.new`;
  mkdirSync(unpacking, { recursive: true });
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', spec, '--json', '--pack-destination', unpacking], { encoding: 'utf8' }),
  );
  const file = join(unpacking, packed.filename);
  const hash = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (hash !== integrity) throw new Error(`${spec} is not the package of package-lock.json`);
  execFileSync('tar', ['-C', unpacking, '--strip-components=1', '-xf', file]);
  renameSync(unpacking, folder);
}

/** Directory of bootagent's own libraries: Node needs libatomic, which most images of Enterprise Linux lack. */
export const libraries = '/usr/lib/bootagent';

/** Returns the libatomic of the build machine: Node uses one function of it, and it needs only glibc 2.14. */
export function libatomicFor(architecture: Architecture): string {
  const file = architectures[architecture].libatomic.find((each) => existsSync(each));
  if (!file)
    throw new Error(`libatomic.so.1 for ${architecture} is missing: install ${architectures[architecture].package}`);
  return realpathSync(file);
}

/** Returns the entry of a package in the lock file. */
export function lockedAt(path: string): {
  readonly version: string;
  readonly integrity: string;
  readonly license?: string;
} {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return packages[path];
}
