import type { Given, MemoryHost } from './memory-host.ts';

const folders = ['/etc/systemd/system', '/usr/lib/systemd/system'];

/** The file of a unit that multi-user.target wants. */
export const unitText = '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n';

export const wantsLink = (unit: string): string => `/etc/systemd/system/multi-user.target.wants/${unit}`;

/** Returns a machine with systemd and dnf: each package "pkgN" brings the unit "pkgN.service". `active` has the units that run. */
export function unitMachine(image: readonly string[], active: Set<string>): Given {
  const installed = new Set<string>();
  const add = (machine: MemoryHost, path: string, node: { type: 'file' | 'link'; text?: string; target?: string }) => {
    const { text = '', ...rest } = node;
    machine.nodes.set(path, {
      ...{ bytes: new TextEncoder().encode(text), mode: 0o644, uid: 0, gid: 0, modifiedMs: machine.now() },
      ...rest,
    });
  };
  const fileOf = (unit: string, machine: MemoryHost): string | undefined =>
    folders.map((folder) => `${folder}/${unit}`).find((path) => machine.nodes.has(path));
  const systemctl = (args: readonly string[], machine: MemoryHost) => {
    const words = args.filter((word) => !word.startsWith('--'));
    const [verb = '', unit = ''] = words;
    if (verb === 'show') return `ActiveState=${active.has(unit) ? 'active' : 'inactive'}\nJob=0\n`;
    if (verb === 'daemon-reload') return '';
    const file = fileOf(unit, machine);
    if (file === undefined) return { code: 5, stderr: `Failed to ${verb} ${unit}: Unit ${unit} not found.` };
    if (verb === 'enable') add(machine, wantsLink(unit), { type: 'link', target: file });
    if (verb === 'start') active.add(unit);
    return '';
  };
  return {
    directories: [...folders, '/etc/systemd/system/multi-user.target.wants'],
    files: Object.fromEntries(image.map((unit) => [`/usr/lib/systemd/system/${unit}`, unitText])),
    programs: {
      systemctl,
      timedatectl: () => 'NTP=no\nNTPSynchronized=yes\n',
      setpriv: (args) =>
        args
          .slice(args.indexOf('--query') + 1)
          .filter((name) => name.startsWith('pkg') && !installed.has(name))
          .map((name) => `no package provides ${name}\npackage ${name} is not installed\n`)
          .join(''),
      dnf: (args, machine) => {
        for (const name of args.includes('install') ? args.filter((word) => word.startsWith('pkg')) : []) {
          installed.add(name);
          add(machine, `/usr/lib/systemd/system/${name}.service`, { type: 'file', text: unitText });
        }
        return '';
      },
    },
  };
}
