import { writeFile } from 'node:fs/promises';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Parts of undici that plain HTTP/1.1 to a metadata service never enters, with what stands in their place. */
const unused: Readonly<Record<string, string>> = {
  '/undici/lib/dispatcher/client-h2.js': 'module.exports = () => { throw new Error("HTTP/2 is not built in"); };',
  '/undici/lib/web/fetch/body.js': 'module.exports = { extractBody() { throw new Error("fetch is not built in"); } };',
};

const slimUndici: Plugin = {
  name: 'slim-undici',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]undici[/\\]lib[/\\]/ }, ({ path }) => {
      const name = Object.keys(unused).find((end) => path.endsWith(end));
      return name ? { contents: unused[name] ?? '', loader: 'js' } : undefined;
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
    sourcemap: 'external',
    metafile: true,
    logLevel: 'warning',
    plugins: [slimUndici],
  });
  const stubbed = Object.keys(unused).filter((end) => Object.keys(metafile.inputs).some((path) => path.endsWith(end)));
  const some = Object.keys(metafile.inputs).some((path) => path.includes('node_modules/undici/'));
  // A new undici that keeps HTTP/2 elsewhere must not slip in unseen: it costs more than all the rest of a start.
  if (some && stubbed.length === 0) throw new Error('undici no longer has the files that are left out of the bundle');
  await writeFile(`${outfile}.meta.json`, JSON.stringify(metafile));
  return metafile;
}
