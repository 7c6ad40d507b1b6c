/**
 * The read-only commands, each with the arguments that make it read-only. A preview can run only these,
 * and a test traces each of them to verify that it writes nothing.
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
  ['vmware-rpctool', 'info-get guestinfo.metadata'],
  ['vmware-rpctool', 'info-get guestinfo.metadata.encoding'],
  ['vmware-rpctool', 'info-get guestinfo.userdata'],
  ['vmware-rpctool', 'info-get guestinfo.userdata.encoding'],
  ['vmware-rpctool', 'info-get guestinfo.vendordata'],
  ['vmware-rpctool', 'info-get guestinfo.vendordata.encoding'],
  ['vmware-rpctool', 'info-get guestinfo.ovfEnv'],
  ['vmtoolsd', '--cmd', 'info-get guestinfo.metadata'],
  ['vmtoolsd', '--cmd', 'info-get guestinfo.metadata.encoding'],
  ['vmtoolsd', '--cmd', 'info-get guestinfo.userdata'],
  ['vmtoolsd', '--cmd', 'info-get guestinfo.userdata.encoding'],
  ['vmtoolsd', '--cmd', 'info-get guestinfo.vendordata'],
  ['vmtoolsd', '--cmd', 'info-get guestinfo.vendordata.encoding'],
  ['vmtoolsd', '--cmd', 'info-get guestinfo.ovfEnv'],
] as const;

export type Query = readonly [...(typeof queries)[number], ...string[]];

/** Whether a command begins with one of the queries: a run-time check for calls that the types do not cover. */
export const isQuery = (argv: readonly string[]): boolean =>
  queries.some((query) => query.every((word, index) => argv[index] === word));
