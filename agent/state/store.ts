/** A few small files that survive a power loss. */
export interface Store {
  read(name: string): string | undefined;
  /** Puts a line at the end of a file; it is on disk when this returns. */
  append(name: string, line: string): void;
  /** Replaces a file at one stroke. */
  replace(name: string, text: string): void;
  remove(name: string): void;
}

/** The same in memory: for previews that must leave nothing, and for tests. */
export function memoryStore(files: Map<string, string> = new Map()): Store & { readonly files: Map<string, string> } {
  return {
    files,
    read: (name) => files.get(name),
    append: (name, line) => void files.set(name, `${files.get(name) ?? ''}${line}\n`),
    replace: (name, text) => void files.set(name, text),
    remove: (name) => void files.delete(name),
  };
}
