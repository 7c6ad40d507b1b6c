/** Options of the agent on the kernel command line. */
export interface KernelOptions {
  /** The word that disables the agent. */
  readonly off: string | undefined;
  readonly debug: boolean;
}

/** Reads the kernel command line; quotes hold words together as the kernel reads them. */
export function kernelOptions(commandLine: string): KernelOptions {
  const words = commandLine.match(/(?:[^\s"]|"[^"]*")+/g)?.map((each) => each.replaceAll('"', '')) ?? [];
  // The last of a name counts.
  const says = (word: string) => words.findLast((each) => each.startsWith(word.replace(/=.*/, '='))) === word;
  return {
    off: ['bootagent=off', 'cloud-init=disabled'].find(says),
    debug: words.includes('bootagent.debug'),
  };
}
