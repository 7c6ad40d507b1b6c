/** The programs that plans depend on: each is looked for in the folders of our PATH, without being started. */
export const programs = [
  'apt-get',
  'bash',
  'chkconfig',
  'dnf',
  'ifconfig',
  'service',
  'systemctl',
  'useradd',
  'yum',
] as const;

/** The files and folders that plans depend on. */
export const paths = ['/etc/growroot-disabled', '/etc/sysconfig/network', '/var/lib/bootagent/fresh'] as const;
