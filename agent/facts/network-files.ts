import { asProblem } from '../base/problem.ts';
import type { ReadHost } from '../host/host.ts';
import type { NetworkFile } from './facts.ts';

const folders = [
  ['/etc/NetworkManager/system-connections', /\.nmconnection$/],
  ['/etc/sysconfig/network-scripts', /^ifcfg-(?!lo$)/],
  ['/etc/systemd/network', /\.network$/],
] as const;

/**
 * Returns the files that configure interfaces, except those of bootagent: the interface of each, and whether it sets static
 * addresses. A file that cannot be read is listed with the reason, because it may configure any interface.
 */
export async function networkFiles(host: ReadHost): Promise<NetworkFile[]> {
  const found: NetworkFile[] = [];
  const unread = (path: string) => (error: unknown) => {
    found.push({ path, static: false, unread: asProblem(error).message });
    return undefined;
  };
  for (const [folder, pattern] of folders) {
    for (const name of (await host.list(folder).catch(unread(folder))) ?? []) {
      if (!pattern.test(name) || /^(?:05-)?bootagent-/.test(name)) continue;
      const path = `${folder}/${name}`;
      const text = await textOf(host, path).catch(unread(path));
      if (text !== undefined) found.push(readFile(path, text));
    }
  }
  return found;
}

function readFile(path: string, text: string): NetworkFile {
  const value = (pattern: RegExp): string | undefined =>
    pattern
      .exec(text)?.[1]
      ?.trim()
      .replace(/^"(.*)"$/, '$1');
  const mac = value(/^[ \t]*(?:mac-address|HWADDR|MACAddress)[ \t]*=(.*)$/im)?.toLowerCase();
  const name = value(/^[ \t]*(?:interface-name|DEVICE|Name)[ \t]*=(.*)$/m);
  return {
    path,
    ...(mac !== undefined && mac !== '' && { mac }),
    ...(name !== undefined && name !== '' && { name }),
    static: /^[ \t]*(?:address\d*|IPADDR\d*|Address)[ \t]*=/m.test(text),
  };
}

/** Returns the text of a profile; "" without root, because profiles with wireless passwords are readable by root only. */
async function textOf(host: ReadHost, path: string): Promise<string> {
  try {
    return (await host.readText(path)) ?? '';
  } catch (error) {
    if (host.privileged) throw error;
    return '';
  }
}
