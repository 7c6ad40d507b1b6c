import type { Facts } from '../../agent/facts/facts.ts';

/** What a distribution's own images call their user, and the groups they give it. */
export interface DefaultUser {
  readonly name: string;
  readonly gecos: string;
  readonly groups: readonly string[];
}

interface Row extends Partial<DefaultUser> {
  /** The ID of /etc/os-release. */
  readonly id: string;
  /** From this release on: the first row that fits counts. */
  readonly since?: number;
}

const template = 'config/cloud.cfg.tmpl of cloud-init 26.2';
const reading = ['adm', 'systemd-journal'];

/** By distribution and release, each with its source. */
export const defaultUsersOf: readonly (Row & { readonly source: string })[] = [
  { id: 'almalinux', name: 'almalinux', source: template },
  { id: 'amzn', name: 'ec2-user', gecos: 'EC2 Default User', groups: ['wheel', ...reading], source: template },
  { id: 'centos', since: 9, name: 'cloud-user', source: template },
  { id: 'centos', name: 'centos', source: 'the cloud images of CentOS Linux and of CentOS Stream 8' },
  { id: 'debian', name: 'debian', gecos: 'Debian', source: template },
  { id: 'fedora', name: 'fedora', groups: ['wheel', ...reading], source: template },
  { id: 'ol', name: 'cloud-user', source: 'cloud-init of Oracle Linux; its images for Oracle’s own cloud have opc' },
  { id: 'rhel', name: 'cloud-user', source: template },
  { id: 'rocky', name: 'rocky', source: template },
  { id: 'ubuntu', name: 'ubuntu', gecos: 'Ubuntu', source: template },
];

/** The default user of a distribution; `cloud-user` where it is not in the table. */
export function defaultUserFor({ id, version, family }: Facts['os']): DefaultUser {
  const release = Number.parseInt(version, 10) || 0;
  const row = defaultUsersOf.find((each) => each.id === id && release >= (each.since ?? 0));
  return {
    name: row?.name ?? 'cloud-user',
    gecos: row?.gecos ?? 'Cloud User',
    // They let it read the logs and, on Debian, use sudo in the ways it is used to.
    groups: row?.groups ?? (family === 'debian' ? ['adm', 'sudo'] : reading),
  };
}
