/**
 * The programs that only look, by the words that make them so. A preview can run these and no others,
 * and each is traced in a test to see that it writes nothing.
 */
export const queries = [
  ['blkid', '-p', '-c', '/dev/null'],
  ['lvs', '--readonly', '--nolocking', '--config', 'devices{hints="none"}'],
  ['pvs', '--readonly', '--nolocking', '--config', 'devices{hints="none"}'],
  ['sfdisk', '--dump'],
  ['stat', '--format=%C %n'],
  ['locale', '-a'],
  ['dpkg-query', '--show'],
  ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'rpm', '--query'],
  ['systemctl', 'is-active'],
  ['systemctl', 'is-enabled'],
  ['systemctl', 'show'],
  ['systemd-creds', 'decrypt', '--newline=no'],
  ['xfs_growfs', '-n'],
] as const;

export type Query = readonly [...(typeof queries)[number], ...string[]];

/** Whether these words begin with one of the queries: asked again at run time, for what the types cannot see. */
export const isQuery = (argv: readonly string[]): boolean =>
  queries.some((query) => query.every((word, index) => argv[index] === word));
