import { imageModeMark } from '../base/image-mode.ts';
import { ownPaths } from '../base/own-paths.ts';

/** The programs that plans depend on: each is looked up in fixed folders, without being started. */
export const programs = [
  'apt-get',
  'bash',
  'chkconfig',
  'chronyd',
  'cvmfs_config',
  'dnf',
  'ifconfig',
  'needs-restarting',
  'rpm',
  'service',
  'setenforce',
  'systemctl',
  'timedatectl',
  'useradd',
  'yum',
  'zypper',
] as const;

/** The files and folders that plans depend on. */
export const paths = [
  '/etc/condor/condor_config.local',
  '/etc/growroot-disabled',
  '/etc/selinux/config',
  '/etc/sysconfig/network',
  '/etc/systemd/system/multi-user.target.wants/NetworkManager.service',
  '/etc/systemd/system/multi-user.target.wants/systemd-networkd.service',
  '/root/anaconda-ks.cfg',
  '/root/initial-setup-ks.cfg',
  '/root/original-ks.cfg',
  imageModeMark,
  '/usr/lib/systemd/systemd-timesyncd',
  '/usr/sbin/NetworkManager',
  ownPaths.fresh,
  '/var/log/anaconda',
] as const;
