import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { type Architecture, architectures, lockedAt, nodeFor } from './runtimes.ts';

interface Part {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly integrity: string | undefined;
  readonly text: string;
}

/** Writes the parts of the executable with their licences, as text and as a CycloneDX document. */
export function writeNotices(metafile: Metafile, architecture: Architecture, name: string): void {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const packages = bundledPackages(metafile).map(partOf);
  const node = nodePart(architecture);
  const parts = [node, libatomicPart(architecture), ...packages];
  writeFileSync(join('dist', 'THIRD-PARTY-LICENSES'), parts.map(notice).join('\n'));
  writeFileSync(join('dist', `${name}.cdx.json`), `${JSON.stringify(bom(version, parts), undefined, 1)}\n`);
  writeFileSync(
    join('dist', 'bundled'),
    packages.map((part) => `bundled(nodejs-${part.name}) = ${part.version}\n`).join(''),
  );
}

/** Returns the npm packages that contribute at least one byte to the bundle. */
function bundledPackages(metafile: Metafile): readonly string[] {
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const names = inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

function partOf(name: string): Part {
  const folder = join('node_modules', name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { name, version, license, integrity: lockedAt(`node_modules/${name}`).integrity, text: licenseText(folder) };
}

/** Returns Node as a part. Its licence file contains the licences of everything that is linked into it. */
function nodePart(architecture: Architecture): Part {
  const folder = nodeFor(architecture, '.cache');
  const { version, integrity } = lockedAt(`node_modules/node-linux-${architecture}`);
  return { name: 'node', version, license: 'MIT', integrity, text: licenseText(folder) };
}

/** Returns Debian's build of libatomic, which ships next to the executable; its sources are those of Debian's package gcc. */
function libatomicPart(architecture: Architecture): Part {
  const { package: name } = architectures[architecture];
  const [, version = ''] = execFileSync('dpkg-query', ['--show', name], { encoding: 'utf8' }).trim().split('\t');
  const about = readFileSync(`/usr/share/doc/${name}/copyright`, 'utf8').trim();
  const license = readFileSync('/usr/share/common-licenses/GPL-3', 'utf8').trim();
  return {
    name: 'libatomic',
    version,
    license: 'GPL-3.0-or-later WITH GCC-exception-3.1',
    integrity: undefined,
    text: `${about}\n\n${license}`,
  };
}

function licenseText(folder: string): string {
  const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
  if (!file || !existsSync(join(folder, file))) throw new Error(`${folder} has no licence text to ship`);
  return readFileSync(join(folder, file), 'utf8').trim();
}

const notice = ({ name, version, license, text }: Part) =>
  `${'='.repeat(72)}\n${name} ${version} (${license})\n\n${text}\n`;

function bom(version: string, parts: readonly Part[]) {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        name: 'bootagent',
        version,
        'bom-ref': 'bootagent',
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
    },
    components: [...parts.map(component), ...linkedIntoNode()],
    dependencies: [{ ref: 'bootagent', dependsOn: parts.map(reference) }],
  };
}

/**
 * Returns the libraries that are linked into Node. The build runs on the same version of Node as the executable contains, so
 * process.versions is correct.
 */
function linkedIntoNode() {
  const {
    node: _node,
    modules: _modules,
    napi: _napi,
    unicode: _unicode,
    cldr: _cldr,
    tz: _tz,
    ...libraries
  } = process.versions;
  return Object.entries(libraries).map(([name, version]) => {
    const purl = `pkg:generic/${name}@${version}`;
    return { type: 'library', 'bom-ref': purl, name, version, purl };
  });
}

const reference = ({ name, version, integrity }: Part) =>
  name === 'node' || integrity === undefined
    ? `pkg:generic/${name}@${encodeURIComponent(version)}`
    : `pkg:npm/${name}@${version}`;

const component = (part: Part) => ({
  type: part.name === 'node' ? 'platform' : 'library',
  'bom-ref': reference(part),
  name: part.name,
  version: part.version,
  purl: reference(part),
  licenses: [/ WITH /.test(part.license) ? { expression: part.license } : { license: { id: part.license } }],
  ...(part.integrity?.startsWith('sha512-') && {
    hashes: [{ alg: 'SHA-512', content: Buffer.from(part.integrity.slice(7), 'base64').toString('hex') }],
  }),
});
