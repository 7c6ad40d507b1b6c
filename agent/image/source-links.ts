/** The guides and programs that require what sealing does and the doctor checks. */
export const sources = {
  centos: 'CentOS 6 cloud image (ALICE HTCondor)',
  openstack: 'OpenStack image guide',
  pouta: 'CSC Pouta image caveats',
  wakame: 'Wakame-vdc machine image guide',
  systemd: 'systemd, Building Images Safely',
  sysprep: 'virt-sysprep',
  bootagent: 'bootagent',
} as const;
