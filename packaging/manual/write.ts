import { writeFileSync } from 'node:fs';
import { pages } from './pages.ts';

/** `npm run manual`: writes what is made from the tables. */
for (const [path, text] of Object.entries(pages())) writeFileSync(path, text);
