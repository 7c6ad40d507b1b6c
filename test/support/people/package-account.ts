import { peopled } from './memory-accounts.ts';

/** Returns a machine whose package manager creates the account "pkg". */
export const withPackageAccount = () =>
  peopled({
    programs: {
      timedatectl: () => 'NTP=no\nNTPSynchronized=yes\n',
      dnf: (args, machine) => {
        if (!args.includes('install')) return '';
        for (const [path, line] of [
          ['/etc/passwd', 'pkg:x:990:990::/:/sbin/nologin'],
          ['/etc/group', 'pkg:x:990:'],
        ] as const) {
          const node = machine.nodes.get(path);
          if (node) node.bytes = new TextEncoder().encode(`${machine.text(path)}${line}\n`);
        }
        return '';
      },
      setpriv: (_, machine) =>
        machine.text('/etc/passwd')?.includes('pkg:') ? '' : 'no package provides pkg\npackage pkg is not installed\n',
    },
  });
