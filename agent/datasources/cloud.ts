import type { Platform } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';
import type { Datasource } from '../metadata/datasource.ts';
import type { Declaration, DmiField, Marks } from './declaration.ts';

/** A datasource that is declared as data, with the marks that detect it. */
export interface Cloud extends Datasource {
  readonly marks: Marks;
}

/** Returns the datasource of a declaration. The declaration and its reader are loaded only when the service is queried. */
export function cloud(
  alias: string,
  marks: Marks,
  load: () => Promise<Declaration>,
  needs: Datasource['needs'] = 'network',
): Cloud {
  const name = alias.toLowerCase();
  return {
    name,
    alias,
    needs,
    marks,
    ...(needs === 'network' && { known: true }),
    detect: async ({ platform }, host) =>
      dmiMark(platform, host, marks).then((mark) => mark ?? other(platform, host, marks)),
    fetch: async (ask) => {
      const { readDeclared } = await import('./read-declared.ts');
      return readDeclared(ask, await load(), name);
    },
    value: async (ask, path) => {
      const { readDeclaredValue } = await import('./read-declared.ts');
      return readDeclaredValue(ask, await load(), path);
    },
  };
}

/** Whether this is a container: DMI then describes the machine that runs it. */
export const isContainer = async (host: ReadHost): Promise<boolean> =>
  (await host.stat('/run/systemd/container')) !== undefined;

const fields = ['vendor', 'product', 'serial', 'chassis'] as const satisfies readonly DmiField[];

async function dmiMark(platform: Platform, host: ReadHost, marks: Marks): Promise<string | undefined> {
  const field = fields.find((each) => marks[each]?.some((value) => matches(value, platform[each])));
  if (field === undefined || (await isContainer(host))) return undefined;
  return `DMI ${field} is ${platform[field]}`;
}

async function other({ kernelCommandLine }: Platform, host: ReadHost, marks: Marks): Promise<string | undefined> {
  const { kernelWord, paths = [] } = marks;
  if (kernelWord !== undefined && kernelCommandLine.split(/\s+/).includes(kernelWord))
    return `the kernel command line has "${kernelWord}"`;
  for (const path of paths) if (await host.stat(path)) return `there is ${path}`;
  return undefined;
}

const matches = (value: string, found: string): boolean =>
  value.endsWith('*') ? found.startsWith(value.slice(0, -1)) : found === value;
