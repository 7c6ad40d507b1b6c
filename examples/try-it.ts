import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { describe } from '../test/support/metadata/description.ts';
import { serveMetadata } from '../test/support/metadata/server.ts';

/**
 * `npm start`: a metadata service serves the worker-node example, and the agent runs for real in a scratch root: the plan,
 * the run, and a second run that makes no changes. Nothing outside that directory changes.
 */
const example = process.argv[2] ?? 'examples/worker-node.yaml';
const scratch = join(import.meta.dirname, '../dist/try-it');

rmSync(scratch, { recursive: true, force: true });
cpSync(join(import.meta.dirname, 'seed-tree'), scratch, { recursive: true });
const repository = await serveKey();
const userData = readFileSync(example, 'utf8').replaceAll(/https?:\/\/\S*(?=RPM-GPG-KEY)/g, repository.url);
const service = await serveMetadata(describe({ userData }), { dialects: ['imdsv2'] });
put('/etc/bootagent/bootagent.yaml', `datasource_list: [Ec2]\ndatasource:\n  Ec2: {metadata_urls: [${service.url}]}\n`);
put('/var/lib/bootagent/fresh', '');

// The agent runs in a separate process, as on a guest; this process is its metadata service.
let worst = 0;
for (const [title, ...words] of [
  ['What would be done: bootagent plan', 'plan'],
  ['Doing it: bootagent run', 'run'],
  ['Once more: bootagent run', 'run'],
]) {
  process.stdout.write(`\n== ${title} --root ${shown(scratch)}\n`);
  const child = spawn(process.execPath, ['agent/main.ts', ...words, '--root', scratch], { stdio: 'inherit' });
  worst = Math.max(worst, await new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1))));
}
await service.close();
repository.close();

const made = spawnSync(
  'find',
  ['.', '-type', 'f', '-newer', 'etc/bootagent/bootagent.yaml', '-not', '-path', './var/lib/bootagent/*'],
  {
    cwd: scratch,
    encoding: 'utf8',
  },
).stdout.trim();
process.stdout.write(`
The metadata service was asked ${service.requests.length} times. What was written, under ${shown(scratch)}:
${made
  .split('\n')
  .sort()
  .map((path) => `  ${path}`)
  .join('\n')}
The user-data was ${example}: change it and try again, or check it with: npm run -s bootagent -- validate ${example}
`);
process.exitCode = worst;

/** Serves a signing key in place of a repository's server, so that no network is needed. */
async function serveKey(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((_, response) => {
    response.end('-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZQ==\n-----END PGP PUBLIC KEY BLOCK-----\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has an AddressInfo
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(scratch, path)), { recursive: true });
  writeFileSync(join(scratch, path), text);
}

function shown(path: string): string {
  return relative(process.cwd(), path);
}
