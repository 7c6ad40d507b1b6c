import { ownPaths } from '../../base/own-paths.ts';
import { matchingPaths } from '../../host/glob.ts';
import { sources } from '../source-links.ts';
import type { CheckContext, TreeCheck, Verdict } from './check.ts';

/** Checks of the SELinux labels of an image that enables SELinux. */
export const labelChecks: readonly TreeCheck[] = [
  {
    name: 'selinux-relabel',
    severity: 'warning',
    why: 'The first boot of every instance would go through all files, and then boot once more.',
    fix: 'Boot once, or run setfiles over the image; then remove /.autorelabel.',
    source: sources.bootagent,
    inspect: async ({ host }) => ((await host.stat('/.autorelabel')) ? ['/.autorelabel requests a relabel'] : []),
  },
  {
    name: 'selinux-labels',
    severity: 'error',
    why: 'Under an enforcing policy sshd, logind and chronyd may not read a file without a label.',
    fix: 'setfiles -F -r TREE TREE/etc/selinux/targeted/contexts/files/file_contexts TREE/etc, "virt-customize --selinux-relabel", or "touch /.autorelabel".',
    source: sources.bootagent,
    inspect: unlabelledFiles,
  },
];

/** Where sealing, an administrator or an image tool writes files from outside: one level of folders is enough. */
const looked = [
  '/etc/*',
  '/etc/ssh/*',
  '/etc/*.d/*',
  '/etc/ssh/sshd_config.d/*',
  '/etc/systemd/*',
  '/etc/sysconfig/*',
].concat(['/etc/systemd/*/*', '/etc/NetworkManager/*/*', `${ownPaths.config}/*`, `${ownPaths.state}/*`, '/root/*']);

async function unlabelledFiles({ host }: CheckContext): Promise<Verdict> {
  const config = await host.readText('/etc/selinux/config');
  if (!/^\s*SELINUX=\s*(enforcing|permissive)/m.test(config ?? '')) return [];
  if (await host.stat('/.autorelabel')) return [];
  const paths = await matchingPaths(looked, host);
  const top = host.offline ? host.root.replace(/\/$/, '') : '';
  const { stdout } = await host.query(['stat', '--format=%C %n', ...paths.map((path) => `${top}${path}`)]);
  const lines = stdout.split('\n').filter(Boolean);
  if (lines.length === 0) return { notChecked: 'stat shows no labels here' };
  return lines
    .filter((line) => /^\? |^\S+:unlabeled_t:/.test(line))
    .map((line) => `${line.slice(line.indexOf(' ') + 1 + top.length)} has no label`);
}
