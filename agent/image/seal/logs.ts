/** Logs that are no longer needed: rotated, compressed, of installers, or in folders that their writers fill again. */
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

/** Logs that are in use, or whose mode decides which users may write them: they are emptied, not removed. */
export const openLogs: readonly string[] = [
  '/var/log/**',
  '/var/account/pacct',
  '/var/named/data/named.run',
  '/run/utmp',
  '/var/run/utmp',
];
