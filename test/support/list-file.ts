import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Prints the number of tests of a file without running any; `list-tests.ts` starts one process for each file. */
const listed = new URL('listed.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'node:test' ? { url: listed, shortCircuit: true } : next(specifier, context),
});
await import(pathToFileURL(resolve(process.argv[2] ?? '')).href);
const { countTests } = await import('./listed.ts');
console.log(`tests: ${await countTests()}`);
process.exit(0);
