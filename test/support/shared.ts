import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const shared = join(import.meta.dirname, '../../../shared');

/** Returns a file of the shared material beside the repository, with the skip reason for tests that need it if it is missing. */
export function fromShared(path: string): { readonly skip: string | false; readonly text: () => string } {
  const full = join(shared, path);
  return {
    skip: existsSync(full) ? false : `../shared/${path} is not here`,
    text: () => readFileSync(full, 'utf8'),
  };
}

/** Returns the same for the file of a directory that contains these words. */
export function fromSharedWith(folder: string, words: string): ReturnType<typeof fromShared> {
  const full = join(shared, folder);
  const names = existsSync(full) ? readdirSync(full) : [];
  const name = names.find((each) => readFileSync(join(full, each), 'utf8').includes(words));
  return fromShared(`${folder}/${name ?? `(one that holds "${words}")`}`);
}
