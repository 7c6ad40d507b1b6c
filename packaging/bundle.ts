import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const required = createRequire(import.meta.url);

/** What stands in the place of parts of undici, most of which plain HTTP/1.1 to a metadata service never enters. */
const replaced: Readonly<Record<string, string | ((path: string) => string)>> = {
  '/undici/lib/dispatcher/client-h2.js': 'module.exports = () => { throw new Error("HTTP/2 is not built in"); };',
  '/undici/lib/web/fetch/body.js': 'module.exports = { extractBody() { throw new Error("fetch is not built in"); } };',
  '/undici/lib/web/fetch/formdata.js': 'module.exports = undefined;',
  '/undici/lib/web/webidl/index.js': 'module.exports = { webidl: { is: { FormData: () => false } } };',
  // Channels by which it tells what it does: nobody listens to a single executable.
  '/undici/lib/core/diagnostics.js': (path) => {
    const names = Object.keys(required(path).channels);
    const channels = Object.fromEntries(names.map((name) => [name, { hasSubscribers: false }]));
    return `module.exports = ${JSON.stringify({ channels })};`;
  },
  // A hundred names of headers, in tables that spare a call of toLowerCase() and are made at each start.
  '/undici/lib/core/constants.js': 'module.exports = { headerNameLowerCasedRecord: { __proto__: null } };',
  '/undici/lib/core/tree.js': 'module.exports = { tree: { lookup() {} } };',
  // For tests of undici's own, and for processors that are not built for.
  '/undici/lib/llhttp/llhttp-wasm.js': 'module.exports = undefined;',
  // A table that it makes anew at each start, and what its client reads of that.
  '/undici/lib/llhttp/constants.js': (path) => {
    const { ERROR, TYPE } = required(path);
    return `module.exports = ${JSON.stringify({ ERROR, TYPE })};`;
  },
};

/** What undici asks of large parts of Node, which are loaded for no more than this. */
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

/** Parts of Node that are dear to load, and that few runs need: our own files get them when they first use them. */
const dear = ['node:child_process', 'node:crypto', 'node:sea', 'node:vm', 'node:zlib'];

/** The same yaml as modules of ECMAScript, which what nobody uses can be left out of, and which need no wrapper each. */
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
      // What is not used of it is left out, and of what is nothing is copied at the start.
      const functions = Object.entries(required(path)).filter(([, each]) => typeof each === 'function');
      const exported = functions.map(([name]) => {
        const whole = `require("${path}").${name}`;
        return `export function ${name}(...given) { return new.target ? new (${whole})(...given) : ${whole}(...given); }`;
      });
      return { contents: exported.join('\n'), loader: 'js' };
    });
  },
};

/** Makes one CommonJS file of the agent. What is imported lazily stays lazy: most of a start is reading code. */
export async function bundle(entry: string, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    // Not the identifiers: V8 reads the arrow functions that makes of CommonJS wrappers more slowly, and traces stay readable.
    minifyWhitespace: true,
    minifySyntax: true,
    // An uncaught error prints its line on the console.
    lineLimit: 160,
    charset: 'ascii',
    legalComments: 'none',
    // A single executable cannot import() anything, not even what is built in.
    supported: { 'dynamic-import': false },
    // By this undici leaves out the second parser that it tries out.
    define: { esbuildDetection: 'true' },
    sourcemap: 'external',
    metafile: true,
    logLevel: 'warning',
    plugins: [slimUndici, slimYaml, lazyBuiltins],
  });
  const has = (path: string): boolean => Object.keys(metafile.inputs).some((each) => each.includes(path));
  // A new undici that keeps one of them elsewhere must not slip in unseen: HTTP/2 costs more than all the rest of a start.
  const moved = has('node_modules/undici/') ? Object.keys(replaced).filter((path) => !has(path)) : [];
  if (moved.length > 0) throw new Error(`undici no longer has what is replaced in the bundle: ${moved.join(', ')}`);
  await writeFile(outfile, alike(await readFile(outfile, 'latin1')), 'latin1');
  await writeFile(`${outfile}.meta.json`, JSON.stringify(metafile));
  return metafile;
}

/**
 * The wrapper of each file is an object with the file's name as its one key. V8 keeps a shape for each such name, and takes
 * longer over every further one; with one name for all there is one shape. Padded, so that each line keeps its columns.
 */
function alike(code: string): string {
  const wrapper = /(?<=\b__(?:esm|commonJS)\(\s*\{\s*)"[^"]+"(?=\()/g;
  const made = code.replaceAll(wrapper, (name) => 'file'.padEnd(name.length));
  if (/\b__(?:esm|commonJS)\(\s*\{\s*"/.test(made)) throw new Error('the name of a wrapped file was not found');
  return made;
}
