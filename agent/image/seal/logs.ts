/** Logs that are done with: rotated, packed, of installers, or folders that their writers fill again. */
export const oldLogs: readonly string[] = [
  ...['*.gz', '*.xz', '*.bz2', '*.zst', '*.old', '*.[0-9]', '*-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]*'].flatMap(
    (name) => [`/var/log/${name}`, `/var/log/*/${name}`],
  ),
  ...['anaconda', 'anaconda.*', 'audit', 'bootstrap.log', 'dump', 'installer', 'journal', 'libvirt', 'sa', 'sysstat']
    .concat([
      'unattended-upgrades',
      'bootagent*',
      'cloud-init*',
      'dmesg*',
      'boot.log*',
      'BackupPC/LOG',
      'ppp/connect-errors',
      'tuned/tuned.log',
    ])
    .map((name) => (/[.*/]/.test(name) ? `/var/log/${name}` : `/var/log/${name}/*`)),
];

/** Logs that are being written, or whose mode decides who may: emptied, and left where they are. */
export const openLogs: readonly string[] = [
  '/var/log/**',
  '/var/account/pacct',
  '/var/named/data/named.run',
  '/run/utmp',
  '/var/run/utmp',
];
