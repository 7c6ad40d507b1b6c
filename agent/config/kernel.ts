/** What the kernel command line says to us. */
export interface KernelWords {
  readonly off: boolean;
  readonly debug: boolean;
}

/** Reads the kernel command line; quotes hold words together as the kernel reads them. */
export function kernelWords(commandLine: string): KernelWords {
  const words = commandLine.match(/(?:[^\s"]|"[^"]*")+/g)?.map((each) => each.replaceAll('"', '')) ?? [];
  const word = (name: string) => words.findLast((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  return {
    off: word('bootagent') === 'off' || word('cloud-init') === 'disabled',
    debug: words.includes('bootagent.debug'),
  };
}
