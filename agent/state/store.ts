/** A store of small files that survive a power loss. */
export interface Store {
  read(name: string): string | undefined;
  /**
   * Appends a line to a file. It is on disk when this returns, or with "later" when the next line is, or after `flush`. All
   * changes that were made before are on disk before the line is written.
   */
  append(name: string, line: string, when?: 'later'): void;
  /** Replaces a file atomically. A power loss after this returns leaves the new file, or with "later" the old or the new one. */
  replace(name: string, text: string, when?: 'later'): void;
  remove(name: string): void;
  /** Writes lines that were appended with "later", and all changes, to disk. */
  flush(): void;
}

/** Returns a store in memory, for previews that must not write and for tests. */
export function memoryStore(files: Map<string, string> = new Map()): Store & { readonly files: Map<string, string> } {
  return {
    files,
    read: (name) => files.get(name),
    append: (name, line) => void files.set(name, `${files.get(name) ?? ''}${line}\n`),
    replace: (name, text) => void files.set(name, text),
    remove: (name) => void files.delete(name),
    flush: () => {},
  };
}
