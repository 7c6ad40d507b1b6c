// Format: Boot Loader Specification, https://uapi-group.org/specifications/specs/boot_loader_specification/
import { matchingPaths } from '../host/glob.ts';
import type { ReadHost } from '../host/host.ts';

/** One entry of the boot menu. */
export interface BootEntry {
  /** The file that defines it. */
  readonly file: string;
  readonly title: string;
  /** The kernel's command line. */
  readonly options: string;
}

const grub2 = ['/boot/grub2/grub.cfg', '/boot/grub/grub.cfg', '/boot/efi/EFI/*/grub.cfg'];
const grub1 = ['/boot/grub/grub.conf', '/boot/grub/menu.lst'];
const grubenv = ['/boot/grub2/grubenv', '/boot/efi/EFI/*/grubenv'];
const syslinux = ['/boot/extlinux/extlinux.conf', '/boot/syslinux/syslinux.cfg'];

/** Returns every entry of the boot menu, of all boot loaders. */
export async function bootEntries(host: ReadHost): Promise<BootEntry[]> {
  const found = await loaderEntries(host);
  for (const [globs, read] of [
    [grub2, grub2Entries],
    [grub1, grub1Entries],
    [syslinux, syslinuxEntries],
  ] as const) {
    for (const file of await matchingPaths(globs, host)) {
      if ((await host.stat(file))?.type !== 'file') continue;
      found.push(...read((await host.readText(file)) ?? '').map((entry) => ({ file, ...entry })));
    }
  }
  return found;
}

const loaderFiles = ['/boot/loader/entries/*.conf', '/boot/efi/loader/entries/*.conf'];

/** Returns the entries of the Boot Loader Specification that a machine-id names, by that id. */
export async function entriesByMachineId(host: ReadHost): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const file of await matchingPaths(loaderFiles, host)) {
    const id = /\/([0-9a-f]{32})-[^/]+$/.exec(file)?.[1];
    if (id !== undefined) found.set(id, [...(found.get(id) ?? []), file]);
  }
  return found;
}

/** Returns the entries of the Boot Loader Specification, one per file; GRUB's environment holds their shared options. */
async function loaderEntries(host: ReadHost): Promise<BootEntry[]> {
  let shared = '';
  for (const file of await matchingPaths(grubenv, host)) {
    shared = /^kernelopts=(.*)$/m.exec((await host.readText(file)) ?? '')?.[1] ?? shared;
  }
  const found: BootEntry[] = [];
  for (const file of await matchingPaths(loaderFiles, host)) {
    const text = (await host.readText(file)) ?? '';
    const options = [...text.matchAll(/^options\s+(.*)$/gm)].map(([, words = '']) => words).join(' ');
    const title = /^title\s+(.*)$/m.exec(text)?.[1] ?? file;
    found.push({ file, title, options: options.replace(/\$\{?kernelopts\}?/g, shared) });
  }
  return found;
}

type Entry = Omit<BootEntry, 'file'>;

function grub2Entries(text: string): Entry[] {
  let title = '';
  return text.split('\n').flatMap((line) => {
    title = /^\s*menuentry\s+['"]([^'"]*)/.exec(line)?.[1] ?? title;
    const options = /^\s*linux(?:16|efi)?\s+(\S.*)$/.exec(line)?.[1];
    return options === undefined ? [] : [{ title, options }];
  });
}

function grub1Entries(text: string): Entry[] {
  let title = '';
  return text.split('\n').flatMap((line) => {
    title = /^\s*title\s+(.*)$/.exec(line)?.[1] ?? title;
    const options = /^\s*kernel\s+(\S.*)$/.exec(line)?.[1];
    return options === undefined ? [] : [{ title, options }];
  });
}

function syslinuxEntries(text: string): Entry[] {
  let title = '';
  return text.split('\n').flatMap((line) => {
    title = /^\s*label\s+(.*)$/i.exec(line)?.[1] ?? title;
    const options = /^\s*append\s+(.*)$/i.exec(line)?.[1];
    return options === undefined ? [] : [{ title, options }];
  });
}
