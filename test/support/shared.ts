import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const shared = join(import.meta.dirname, '../../../shared');

/** A file of the material beside the repository, and why a test that needs it is skipped where there is none. */
export function fromShared(path: string): { readonly skip: string | false; readonly text: () => string } {
  const full = join(shared, path);
  return {
    skip: existsSync(full) ? false : `../shared/${path} is not here`,
    text: () => readFileSync(full, 'utf8'),
  };
}
