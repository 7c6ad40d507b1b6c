/** What the kernel command line says to us. */
export interface KernelWords {
  /** The word that switches us off. */
  readonly off: string | undefined;
  readonly debug: boolean;
}

/** Reads the kernel command line; quotes hold words together as the kernel reads them. */
export function kernelWords(commandLine: string): KernelWords {
  const words = commandLine.match(/(?:[^\s"]|"[^"]*")+/g)?.map((each) => each.replaceAll('"', '')) ?? [];
  // The last of a name counts.
  const says = (word: string) => words.findLast((each) => each.startsWith(word.replace(/=.*/, '='))) === word;
  return {
    off: ['bootagent=off', 'cloud-init=disabled'].find(says),
    debug: words.includes('bootagent.debug'),
  };
}
