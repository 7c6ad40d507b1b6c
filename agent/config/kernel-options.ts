/** Options of the agent on the kernel command line. */
export interface KernelOptions {
  /** The option that disables the agent, if there is one. */
  readonly off: string | undefined;
  readonly debug: boolean;
}

/** Parses the kernel command line; quotes group words by the rules of the kernel. */
export function kernelOptions(commandLine: string): KernelOptions {
  const words = commandLine.match(/(?:[^\s"]|"[^"]*")+/g)?.map((each) => each.replaceAll('"', '')) ?? [];
  // The last occurrence of an option counts.
  const says = (word: string) => words.findLast((each) => each.startsWith(word.replace(/=.*/, '='))) === word;
  return {
    off: ['bootagent=off', 'cloud-init=disabled'].find(says),
    debug: words.includes('bootagent.debug'),
  };
}
