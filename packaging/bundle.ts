import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const required = createRequire(import.meta.url);

/** Replacements for parts of undici that HTTP/1.1 requests to a metadata service do not use, or use little. */
const replaced: Readonly<Record<string, string | ((path: string) => string)>> = {
  '/undici/lib/dispatcher/client-h2.js': 'module.exports = () => { throw new Error("HTTP/2 is not built in"); };',
  '/undici/lib/web/fetch/body.js': 'module.exports = { extractBody() { throw new Error("fetch is not built in"); } };',
  '/undici/lib/web/fetch/formdata.js': 'module.exports = undefined;',
  '/undici/lib/web/webidl/index.js': 'module.exports = { webidl: { is: { FormData: () => false } } };',
  // Diagnostics channels: a single executable has no subscribers.
  '/undici/lib/core/diagnostics.js': (path) => {
    const names = Object.keys(required(path).channels);
    const channels = Object.fromEntries(names.map((name) => [name, { hasSubscribers: false }]));
    return `module.exports = ${JSON.stringify({ channels })};`;
  },
  // Tables of a hundred header names, which save calls of toLowerCase() and are built at each start.
  '/undici/lib/core/constants.js': 'module.exports = { headerNameLowerCasedRecord: { __proto__: null } };',
  '/undici/lib/core/tree.js': 'module.exports = { tree: { lookup() {} } };',
  // For undici's own tests, and for processors that are not a build target.
  '/undici/lib/llhttp/llhttp-wasm.js': 'module.exports = undefined;',
  // A table that is built at each start, reduced to the parts that the client reads.
  '/undici/lib/llhttp/constants.js': (path) => {
    const { ERROR, TYPE } = required(path);
    return `module.exports = ${JSON.stringify({ ERROR, TYPE })};`;
  },
};

/** Stubs for large modules of Node of which undici uses only this. */
const little: Readonly<Record<string, string>> = {
  'node:assert':
    'module.exports = (holds, message) => { if (!holds) throw message instanceof Error ? message : new Error(message ?? "an assertion of undici does not hold"); };',
  'node:http': 'module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} };',
};

const slimUndici: Plugin = {
  name: 'slim-undici',
  setup({ onLoad, onResolve }) {
    const undici = /[/\\]undici[/\\]lib[/\\]/;
    onLoad({ filter: undici }, ({ path }) => {
      const [, by] = Object.entries(replaced).find(([end]) => path.endsWith(end)) ?? [];
      return by === undefined ? undefined : { contents: typeof by === 'string' ? by : by(path), loader: 'js' };
    });
    onResolve({ filter: /^node:/ }, ({ path, importer }) =>
      path in little && undici.test(importer) ? { path, namespace: 'little' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'little' }, ({ path }) => ({ contents: little[path] ?? '', loader: 'js' }));
  },
};

/** Modules of Node that are slow to load and that few runs need: bootagent's own files load them at first use. */
const dear = ['node:child_process', 'node:crypto', 'node:sea', 'node:vm', 'node:zlib'];

/** Resolves yaml to its ECMAScript modules, which allow tree shaking and need no wrapper for each file. */
const slimYaml: Plugin = {
  name: 'slim-yaml',
  setup({ onResolve }) {
    onResolve({ filter: /^yaml$/ }, () => ({
      path: join(dirname(required.resolve('yaml/package.json')), 'browser/dist/index.js'),
    }));
  },
};

const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path, importer }) =>
      dear.includes(path) && !importer.includes('node_modules') && importer !== path
        ? { path, namespace: 'lazy' }
        : undefined,
    );
    onLoad({ filter: /./, namespace: 'lazy' }, ({ path }) => {
      // Unused functions are left out by tree shaking; the others access the module only when called.
      const functions = Object.entries(required(path)).filter(([, each]) => typeof each === 'function');
      const exported = functions.map(([name]) => {
        const whole = `require("${path}").${name}`;
        return `export function ${name}(...given) { return new.target ? new (${whole})(...given) : ${whole}(...given); }`;
      });
      return { contents: exported.join('\n'), loader: 'js' };
    });
  },
};

/** Bundles the agent into one CommonJS file. Lazy imports stay lazy, since most of the start time is parsing code. */
export async function bundle(entry: string, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    // Identifiers are kept: V8 parses the arrow functions that minified CommonJS wrappers become more slowly, and traces stay
    // readable.
    minifyWhitespace: true,
    minifySyntax: true,
    // An uncaught error prints its line on the console.
    lineLimit: 160,
    charset: 'ascii',
    legalComments: 'none',
    // A single executable cannot use import(), not even for built-in modules.
    supported: { 'dynamic-import': false },
    // With this definition undici leaves out its experimental second parser.
    define: { esbuildDetection: 'true' },
    sourcemap: 'external',
    metafile: true,
    logLevel: 'warning',
    plugins: [slimUndici, slimYaml, lazyBuiltins],
  });
  const has = (path: string): boolean => Object.keys(metafile.inputs).some((each) => each.includes(path));
  // Fails if a new undici has moved one of these files: HTTP/2 alone takes longer to load than the rest of a start.
  const moved = has('node_modules/undici/') ? Object.keys(replaced).filter((path) => !has(path)) : [];
  if (moved.length > 0) throw new Error(`undici no longer has what is replaced in the bundle: ${moved.join(', ')}`);
  await writeFile(outfile, alike(await readFile(outfile, 'latin1')), 'latin1');
  await writeFile(`${outfile}.meta.json`, JSON.stringify(metafile));
  return metafile;
}

/**
 * Renames the wrapper of each file. A wrapper is an object with the file's name as its only key, and V8 keeps a shape for
 * each name, at a growing cost; with one name there is one shape. Padding keeps the columns of each line.
 */
function alike(code: string): string {
  const wrapper = /(?<=\b__(?:esm|commonJS)\(\s*\{\s*)"[^"]+"(?=\()/g;
  const made = code.replaceAll(wrapper, (name) => 'file'.padEnd(name.length));
  if (/\b__(?:esm|commonJS)\(\s*\{\s*"/.test(made)) throw new Error('the name of a wrapped file was not found');
  return made;
}
