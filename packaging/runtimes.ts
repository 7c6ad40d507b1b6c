import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** The processors we build for, as Node names them, and how others do. */
export const architectures = {
  x64: {
    rpm: 'x86_64',
    strip: 'strip',
    emulator: undefined,
    libatomic: ['/usr/lib/x86_64-linux-gnu/libatomic.so.1', '/usr/lib64/libatomic.so.1'],
    package: 'libatomic1',
  },
  arm64: {
    rpm: 'aarch64',
    strip: 'aarch64-linux-gnu-strip',
    emulator: ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'],
    libatomic: ['/usr/aarch64-linux-gnu/lib/libatomic.so.1'],
    package: 'libatomic1-arm64-cross',
  },
} as const;
export type Architecture = keyof typeof architectures;

/** The folder of the official Node of that architecture: the one npm installed, or fetched once by npm. */
export function nodeFor(architecture: Architecture, cache: string): string {
  const name = `node-linux-${architecture}`;
  const installed = join('node_modules', name);
  if (existsSync(join(installed, 'bin/node'))) return installed;
  const { version, integrity } = lockedAt(`node_modules/${name}`);
  const folder = join(cache, `${name}-${version}`);
  if (!existsSync(join(folder, 'bin/node'))) fetchPackage(`${name}@${version}`, integrity, folder);
  return folder;
}

/** npm leaves out packages of another processor, so what the lock file says of them is checked here. */
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

/** Where libraries of bootagent's own lie on a machine: Node needs libatomic, which most images of Enterprise Linux lack. */
export const libraries = '/usr/lib/bootagent';

/** The libatomic of the build machine: one function of it is used, and glibc 2.14 is enough for it. */
export function libatomicFor(architecture: Architecture): string {
  const file = architectures[architecture].libatomic.find((each) => existsSync(each));
  if (!file)
    throw new Error(`libatomic.so.1 for ${architecture} is missing: install ${architectures[architecture].package}`);
  return realpathSync(file);
}

/** What the lock file says of a package. */
export function lockedAt(path: string): {
  readonly version: string;
  readonly integrity: string;
  readonly license?: string;
} {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return packages[path];
}
