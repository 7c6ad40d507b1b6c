import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, matchesGlob } from 'node:path/posix';
import { test } from 'node:test';
import { version } from '../agent/base/version.ts';

/** The table of docs/architecture.md, bottom first: a folder, and what it may import from outside the project. */
const folders = [...readFileSync('docs/architecture.md', 'utf8').matchAll(/^\| `([\w/-]+)` \|[^|]*\|([^|]*)\|$/gm)].map(
  ([, folder, outside]) => ({
    folder: folder ?? '',
    outside: [...(outside ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
  }),
);
const rank = new Map(folders.map(({ folder }, index) => [folder, index]));

/** The files of the agent that a module may import. */
const seenByModules = [
  'agent/base/*',
  'agent/edits/*',
  'agent/engine/{change,module}.ts',
  'agent/engine/kinds/*',
  'agent/facts/facts.ts',
  'agent/metadata/datasource.ts',
  'agent/resources/packages/openpgp.ts',
  'agent/resources/ssh/{authorized-keys-file,key-banner,key-line,private-key}.ts',
  'agent/userdata/schema/*',
];

const sources = globSync(['agent/**/*.ts', 'modules/**/*.ts'])
  .filter((path) => !path.endsWith('.d.ts'))
  .sort();
const text = new Map(sources.map((path) => [path, readFileSync(path, 'utf8')]));
const imports = new Map(
  sources.map((path) => [
    path,
    [...(text.get(path) ?? '').matchAll(/\b(?:from|import) '([^']+)'|\bimport\('([^']+)'\)/g)].map(([, a, b]) => {
      const what = a ?? b ?? '';
      return what.startsWith('.') ? join(path, '..', what) : what;
    }),
  ]),
);
const importsOf = (path: string): readonly string[] => imports.get(path) ?? [];
const isOurs = (what: string): boolean => what.startsWith('agent/') || what.startsWith('modules/');
const folderOf = (path: string): string => {
  for (let at = dirname(path); at !== '.'; at = dirname(at)) if (rank.has(at)) return at;
  return assert.fail(`no folder of docs/architecture.md holds ${path}`);
};

/** Returns the groups of nodes that reach each other (Tarjan's algorithm). */
function circles(graph: ReadonlyMap<string, Iterable<string>>): readonly (readonly string[])[] {
  const seen = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    seen.set(node, seen.size);
    low.set(node, seen.get(node) ?? 0);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!seen.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0));
    }
    if (low.get(node) !== seen.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) found.push(group);
  };
  for (const node of graph.keys()) if (!seen.has(node)) visit(node);
  return found;
}

for (const path of sources) {
  test(`${path} imports only what it may`, () => {
    const folder = folderOf(path);
    const topic = /^agent\/resources\/[^/]+/.exec(folder)?.[0];
    const { outside } = folders[rank.get(folder) ?? 0] ?? { outside: [] };
    for (const what of importsOf(path)) {
      if (!isOurs(what)) {
        assert.ok(
          outside.some((each) => matchesGlob(what, each)),
          `${path} may not import ${what}`,
        );
        continue;
      }
      const to = folderOf(what);
      assert.ok((rank.get(to) ?? 0) <= (rank.get(folder) ?? 0), `${path} imports upwards: ${what}`);
      if (topic !== undefined && to.startsWith('agent/resources/'))
        assert.equal(to, topic, `${path} imports another topic: ${what}`);
      if (folder.startsWith('modules') && what.startsWith('agent/'))
        assert.ok(
          seenByModules.some((each) => matchesGlob(what, each)),
          `a module may not see ${what}`,
        );
    }
  });
}

test('files import each other in no circle', () => assert.deepEqual(circles(imports), []));

test('folders import each other in no circle', () => {
  const graph = new Map(folders.map(({ folder }) => [folder, new Set<string>()]));
  for (const path of sources)
    for (const what of importsOf(path))
      if (isOurs(what) && folderOf(what) !== folderOf(path)) graph.get(folderOf(path))?.add(folderOf(what));
  assert.deepEqual(circles(graph), []);
});

test('every folder of the list holds a file', () => {
  const used = new Set(sources.map(folderOf));
  assert.deepEqual(
    folders.map(({ folder }) => folder).filter((folder) => !used.has(folder)),
    [],
  );
});

test('a module imports no other module', () => {
  const names = new Set(
    sources.filter((path) => matchesGlob(path, '{modules/*.ts,modules/*/module.ts}') && path !== 'modules/index.ts'),
  );
  const wrong = sources
    .filter((path) => path.startsWith('modules/') && path !== 'modules/index.ts')
    .flatMap((path) => importsOf(path).filter((what) => names.has(what)));
  assert.deepEqual(wrong, []);
});

test('a module is a file or a folder, never both for one name', () => {
  const inFolders = new Set(globSync('modules/*/*.ts').map((path) => basename(dirname(path))));
  const both = globSync('modules/*.ts').filter((path) => inFolders.has(basename(path, '.ts')));
  assert.deepEqual(both, []);
});

test('nothing but main.ts lies directly in agent/', () => assert.deepEqual(globSync('agent/*.ts'), ['agent/main.ts']));

test('an exported name exists once', () => {
  const places = new Map<string, string[]>();
  for (const [path, source] of text)
    for (const [, name = ''] of source.matchAll(
      /^export (?:async )?(?:function\*?|const|class|interface|type|let) (\w+)/gm,
    ))
      places.set(name, [...(places.get(name) ?? []), path]);
  // Each command exports `run`: the command table loads it by that name.
  const twice = [...places].filter(([name, paths]) => paths.length > 1 && name !== 'run');
  assert.deepEqual(twice, []);
});

/** The readers of formats that are specified elsewhere. */
const formatReaders = globSync([
  'agent/block/{iso9660,rock-ridge,fat,fat-entries,partition-table,drive-partitions,qcow2,signatures,superblocks}.ts',
  'agent/datasources/{*-tree,network-data,network-v?,nocloud-seed,nocloud-line,opennebula*,wakame}.ts',
  'agent/{edits,image}/fstab.ts',
  'agent/host/{mountinfo,passwd}.ts',
  'agent/resources/ssh/{blob,public-key,key-line,certificate,private-key,sshd-config}.ts',
  'agent/userdata/{mime,part-types,merge-how,jinja/lexer,yaml/scalars}.ts',
]);
for (const path of formatReaders) {
  test(`${path} links the specification of its format`, () =>
    assert.match(text.get(path) ?? '', /^\/\/ Format: .+https:\/\//));
}

for (const path of sources.filter((each) => each !== 'agent/base/own-paths.ts')) {
  test(`${path} names no path of bootagent's own`, () =>
    assert.doesNotMatch(
      text.get(path) ?? '',
      /['`]\/(?:run|etc|var\/lib|var\/log|usr\/lib)\/bootagent(?:\/|['`])/,
      'take it from ownPaths',
    ));
}

for (const name of ['undici', 'yaml', 'systeminformation']) {
  test(`${name} has one importer`, () => {
    const importers = sources.filter((path) =>
      importsOf(path).some((what) => what === name || what.startsWith(`${name}/`)),
    );
    assert.equal(importers.length, 1, importers.join(', '));
  });
}

// A word from input may be "constructor" or "__proto__", which exist on every object. TypeScript allows other words as index only
// into a table with open keys, so only such tables need the check.
const openTable = /\b(?:const|let) \w+: (?:Readonly<)?Record<string,.*?>\s*=\s*\{\s*[^\s}.]/;
const prototypeLookup =
  /\bas (?:Readonly<)?Record<string,[^;\n]*?>\)\[|(?:[(!?]|&&|\|\||\breturn)\s*\w+ in (?!keyof)[a-z]\w*/;
const withoutWords = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/gm, "''");
for (const path of sources) {
  test(`${path} looks up words from outside in a Map or with Object.hasOwn`, () => {
    const source = withoutWords(text.get(path) ?? '');
    assert.doesNotMatch(source, openTable);
    assert.doesNotMatch(source, prototypeLookup);
  });
}

// TypeScript accepts `{...map}`, which is an empty object. Calls such as Object.keys(map) do not compile
// (agent/base/map-has-no-keys.d.ts).
const mapName = /(\w+)\??: (?:Readonly)?(?:Map|Set)<|\b(?:const|let) (\w+) = (?:new (?:Map|Set)\b|mapOf\()/g;

/** Returns the names of Maps and Sets of a source that are spread into an object. */
function spreadMaps(source: string): readonly string[] {
  const plain = withoutWords(source);
  const names = new Set([...plain.matchAll(mapName)].map(([, field, name]) => field ?? name ?? ''));
  return [...plain.matchAll(/\.\.\.(?:\w+\.)*(\w+)(?![\w.(?])/g)].flatMap(({ 1: name = '', index }) =>
    names.has(name) && openBracket(plain.slice(0, index)) === '{' ? [name] : [],
  );
}

/** Returns the bracket that is open at the end of a text. */
function openBracket(text: string): string | undefined {
  let depth = 0;
  for (const each of [...text].reverse()) {
    if (')]}'.includes(each)) depth++;
    if ('([{'.includes(each) && depth-- === 0) return each;
  }
  return undefined;
}

for (const path of sources) {
  test(`${path} spreads no Map into an object`, () => assert.deepEqual(spreadMaps(text.get(path) ?? ''), []));
}

test('the rule about spread Maps finds them in objects alone', () => {
  const found = spreadMaps(`
    const a = new Map(); const b: ReadonlySet<string> = of(); interface C { readonly c?: Map<string, string> }
    f({ x: 1, ...a }, { ...d.c }, { y: [...b], ...e });
    g(...a, [...b, ...c]);
  `);
  assert.deepEqual(found, ['a', 'c']);
});

test('the rule about words from outside finds each form that it forbids', () => {
  for (const wrong of [
    'const a: Record<string, number> = { b: 1 };',
    'export const a: Readonly<Record<string, () => void>> = {\n  b,\n};',
  ])
    assert.match(wrong, openTable);
  for (const wrong of [
    'if (key in fields) continue;',
    'return word in how ? 1 : 2;',
    'return (a as Record<string, string>)[b];',
  ])
    assert.match(wrong, prototypeLookup);
  for (const right of [
    "'why' in word",
    '[K in keyof T]',
    'for (const a in b)',
    'const a: Record<string, number> = {};',
  ])
    assert.doesNotMatch(withoutWords(right), new RegExp(`${openTable.source}|${prototypeLookup.source}`));
});

test('Biome limits functions to 60 lines and files to 250, without exceptions', () => {
  const { linter, overrides } = JSON.parse(readFileSync('biome.json', 'utf8'));
  assert.deepEqual(linter.rules.complexity.noExcessiveLinesPerFunction, { level: 'error', options: { maxLines: 60 } });
  assert.deepEqual(linter.rules.style.noExcessiveLinesPerFile, { level: 'error', options: { maxLines: 250 } });
  // Tests are lists of cases.
  assert.deepEqual(
    overrides.map(({ includes }: { includes: string[] }) => includes),
    [['test/**']],
  );
  const all = globSync('{agent,modules,packaging,systemd,bench,examples}/**/*.ts');
  const excepted = all.filter((path) => readFileSync(path, 'utf8').includes('noExcessiveLines'));
  assert.deepEqual(excepted, []);
});

// The agent listens on no network port and no socket: CVE-2024-11584 was a world-writable socket.
const listening =
  /\b(?:createServer|createSocket|mkfifo)\b|\.(?:listen|bind)\(|node:(?:http2?|https|tls|dgram|repl|inspector|cluster)\b/;
for (const path of sources) {
  test(`${path} listens on nothing`, () => assert.doesNotMatch(text.get(path) ?? '', listening));
}

test('scripts come from lists of commands and scripts of the user-data alone', () => {
  const makers = sources.filter((path) => path.startsWith('modules/') && text.get(path)?.includes("kind: 'script'"));
  assert.deepEqual(makers, ['modules/commands/plan-commands.ts', 'modules/scripts.ts']);
});

test('the version is the one of package.json', () => {
  assert.equal(version, JSON.parse(readFileSync('package.json', 'utf8')).version);
});
