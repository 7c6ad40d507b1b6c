import { copyFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { checkExecutable, makeExecutable, sha256 } from './executable.ts';
import { writeNotices } from './notices.ts';
import { type Architecture, architectures } from './runtimes.ts';

/**
 * `npm run build [-- --arch arm64]`: builds one executable that includes Node, with its licences and its bill of materials.
 */
const { values } = parseArgs({
  options: { arch: { type: 'string', default: 'x64' }, entry: { type: 'string', default: 'agent/main.ts' } },
});
if (!(values.arch in architectures))
  throw new Error(`--arch ${values.arch}: expected ${Object.keys(architectures).join(' or ')}`);
const architecture = values.arch as Architecture;

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const name = architecture === 'x64' ? 'bootagent' : `bootagent-${architectures[architecture].rpm}`;
const work = join('dist', 'build');
const metafile = await bundle(values.entry, join(work, 'bootagent.cjs'));
const built = join(work, name);
await bundle('packaging/start.ts', join(work, 'start.cjs'));
makeExecutable(
  { start: join(work, 'start.cjs'), agent: join(work, 'bootagent.cjs') },
  built,
  architecture,
  join('.cache'),
);
checkExecutable(built, architecture, version);
// Remove first: a running executable cannot be overwritten.
rmSync(join('dist', name), { force: true });
copyFileSync(built, join('dist', name));
writeNotices(metafile, architecture, name);
console.log(`dist/${name}  ${(statSync(built).size / 1e6).toFixed(1)} MB  sha256 ${sha256(built)}`);
