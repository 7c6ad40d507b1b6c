import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path/posix';
import { test } from 'node:test';
import { version } from '../agent/version.ts';

/** What each part may import, as paths from the top. A file belongs to the first part that fits it. */
const parts: readonly { readonly files: string; readonly may: readonly string[] }[] = [
  { files: 'modules/index.ts', may: ['modules/**', 'agent/module.ts'] },
  {
    files: 'modules/**/*.ts',
    may: [
      'agent/{change,change-people,facts,module,datasource,sizes}.ts',
      'agent/userdata/{decode,nearest,written,content}.ts',
      'agent/edits/**',
      'agent/disks/**',
      'agent/verbatim/**',
      'agent/ssh/**',
      'agent/seal/**',
      'agent/network/**',
      // What several modules share; never a module itself.
      'modules/commands.ts',
      'modules/*/**',
    ],
  },
  { files: 'agent/main.ts', may: ['agent/**', 'modules/index.ts', 'node:fs'] },
  { files: 'agent/{host,state,commands,rehearsal}/**/*.ts', may: ['agent/**', 'node:*', 'undici', 'undici/**'] },
  { files: 'agent/facts/**/*.ts', may: ['agent/**', 'node:os', 'node:process', 'systeminformation'] },
  { files: 'agent/report/**/*.ts', may: ['agent/**', 'node:fs', 'node:util'] },
  { files: 'agent/userdata/**/*.ts', may: ['agent/**', 'node:zlib', 'node:util', 'node:crypto', 'node:net', 'yaml'] },
  { files: 'agent/**/*.ts', may: ['agent/**', 'node:crypto', 'node:net', 'node:zlib'] },
];

const sources = globSync(['agent/**/*.ts', 'modules/**/*.ts']).filter((path) => !path.endsWith('.d.ts'));
const importsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/\b(?:from|import) '([^']+)'|\bimport\('([^']+)'\)/g)].map(([, a, b]) => {
    const what = a ?? b ?? '';
    return what.startsWith('.') ? join(path, '..', what) : what;
  });

for (const path of sources) {
  test(`${path} imports only what it may`, () => {
    const { may } = parts.find(({ files }) => matchesGlob(path, files)) ?? { may: [] };
    for (const what of importsOf(path)) {
      assert.ok(
        may.some((each) => matchesGlob(what, each)),
        `${path} may not import ${what}`,
      );
    }
  });
}

for (const name of ['undici', 'yaml', 'systeminformation']) {
  test(`${name} has one importer`, () => {
    const importers = sources.filter((path) =>
      importsOf(path).some((what) => what === name || what.startsWith(`${name}/`)),
    );
    assert.equal(importers.length, 1, importers.join(', '));
  });
}

// A door that is not there needs no lock: CVE-2024-11584 was one that everybody could write to.
const listening =
  /\b(?:createServer|createSocket|mkfifo)\b|\.(?:listen|bind)\(|node:(?:http2?|https|tls|dgram|repl|inspector|cluster)\b/;
for (const path of sources) {
  test(`${path} listens on nothing`, () => assert.doesNotMatch(readFileSync(path, 'utf8'), listening));
}

test('scripts come from lists of commands and scripts of the user-data alone', () => {
  const makers = sources.filter(
    (path) => path.startsWith('modules/') && readFileSync(path, 'utf8').includes("kind: 'script'"),
  );
  assert.deepEqual(makers, ['modules/commands.ts', 'modules/scripts.ts']);
});

test('the version is the one of package.json', () => {
  assert.equal(version, JSON.parse(readFileSync('package.json', 'utf8')).version);
});
