import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { run, unable } from '../machine/support/scratch.ts';
import { compatFile, packageFile } from '../machine/support/trees.ts';

const skip = unable('rpm', 'rpmbuild', 'rpmlint');
/** Returns the list of components (CycloneDX) that the build writes. */
const parts = () => JSON.parse(readFileSync('dist/bootagent.cdx.json', 'utf8'));

describe('what the package holds', { skip }, () => {
  test('every part of the executable is listed, with its licence in full', () => {
    const { inputs } = JSON.parse(readFileSync('dist/build/bootagent.cjs.meta.json', 'utf8'));
    const bundled = new Set(
      Object.keys(inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
    );
    const npm = parts().components.filter(({ purl }: { purl: string }) => purl.startsWith('pkg:npm/'));
    assert.deepEqual(npm.map(({ name }: { name: string }) => name).sort(), [...bundled].sort());
    assert.ok(parts().components.some(({ purl }: { purl: string }) => purl.startsWith('pkg:generic/openssl@')));
    const licenses = readFileSync('dist/THIRD-PARTY-LICENSES', 'utf8');
    for (const { name, version } of npm) assert.ok(licenses.includes(`${name} ${version} (`), name);
    assert.match(licenses, /Node\.js is licensed for use as follows/);
  });

  test('it tells other packages what is bundled in it, and asks for no program of Node', async () => {
    const provides = await run('rpm', ['-qp', '--provides', packageFile()]);
    for (const { name, version, purl } of parts().components) {
      if (purl.startsWith('pkg:npm/')) assert.match(provides, new RegExp(`bundled\\(nodejs-${name}\\) = ${version}`));
    }
    assert.doesNotMatch(await run('rpm', ['-qp', '--requires', packageFile()]), /nodejs/);
  });

  test('the same tree gives the same package, byte for byte', async () => {
    const sums: string[] = [];
    for (const name of ['one', 'two']) {
      const folder = await mkdtemp(join(tmpdir(), `bootagent-${name}-`));
      await run(process.execPath, ['packaging/rpm.ts', '--payload', 'w1.zstdio', '--output', folder]);
      const [sum = ''] = (await run('sha256sum', [join(folder, packageFile().slice('dist/'.length))])).split(' ');
      sums.push(sum);
      await rm(folder, { recursive: true });
    }
    assert.equal(sums[0], sums[1]);
  });

  test('rpmlint finds no error that is not explained', async () => {
    const told = await run('rpmlint', ['--config', 'packaging/rpm/rpmlint.toml', packageFile(), compatFile()]);
    assert.match(told, /\b0 errors/, told);
  });

  test('the executable is no larger than 121 MB', () => {
    assert.ok(statSync('dist/bootagent').size <= 121e6);
  });

  test('nothing in the environment brings code into it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bootagent-env-'));
    const sentinel = join(folder, 'ran');
    const script = join(folder, 'evil.cjs');
    await run('sh', [
      '-c',
      `printf %s "$1" >"$0"`,
      script,
      `require('fs').writeFileSync(${JSON.stringify(sentinel)}, '')`,
    ]);
    const env = {
      PATH: process.env.PATH,
      NODE_OPTIONS: `--require ${script}`,
      NODE_PATH: folder,
      BASH_ENV: script,
    };
    await run('dist/bootagent', ['version'], { env });
    assert.equal(existsSync(sentinel), false);
    // The same variables do inject the script into a standard Node: the test can fail.
    await run(process.execPath, ['-e', '0'], { env });
    assert.equal(existsSync(sentinel), true);
  });

  /**
   * Returns what a program that waits for its standard input prints on stderr at SIGUSR1, which makes Node start its debugger.
   */
  const asked = async (program: string, args: readonly string[]): Promise<string> => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += String(bytes);
    });
    const gone = once(child, 'exit');
    // More than a pipe holds: once this is written, the program has started and reads.
    await new Promise((resolve) => child.stdin.write(Buffer.alloc(2 ** 20, '\n'), resolve));
    for (let tries = 0; tries < 20 && said === ''; tries++) {
      child.kill('SIGUSR1');
      await setTimeout(100);
    }
    child.kill('SIGKILL');
    await gone;
    return said;
  };

  test('no signal brings a debugger into it', async () => {
    assert.equal(await asked('dist/bootagent', ['validate', '-']), '');
    // A standard Node listens at once: the test can fail.
    assert.match(await asked(process.execPath, ['-e', 'fs.readFileSync(0)']), /Debugger listening/);
  });
});
