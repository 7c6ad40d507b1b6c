/** What the kernel command line says to us. */
export interface KernelWords {
  /** The word that switches us off. */
  readonly off: string | undefined;
  readonly debug: boolean;
}

/** Reads the kernel command line; quotes hold words together as the kernel reads them. */
export function kernelWords(commandLine: string): KernelWords {
  const words = commandLine.match(/(?:[^\s"]|"[^"]*")+/g)?.map((each) => each.replaceAll('"', '')) ?? [];
  const word = (name: string) => words.findLast((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  return {
    off: ['bootagent=off', 'cloud-init=disabled'].find((each) => {
      const [name = '', value] = each.split('=');
      return word(name) === value;
    }),
    debug: words.includes('bootagent.debug'),
  };
}
