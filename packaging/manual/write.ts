import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pages } from './pages.ts';

/** `npm run manual`: writes the generated pages. With `--check` it writes nothing and exits 1 on a stale page. */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const stale = Object.entries(pages()).filter(
  ([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text,
);
if (!values.check) for (const [path, text] of stale) writeFileSync(path, text);
else if (stale.length > 0) {
  console.error(`These generated pages differ from their tables: run "npm run manual" and commit what it writes.`);
  for (const [path] of stale) console.error(`  ${path}`);
  process.exitCode = 1;
}
