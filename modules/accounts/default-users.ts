import type { Facts } from '../../agent/facts/facts.ts';

/** The user of a distribution's own images, and its groups. */
export interface DefaultUser {
  readonly name: string;
  readonly gecos: string;
  readonly groups: readonly string[];
}

interface Row extends Partial<DefaultUser> {
  /** ID in /etc/os-release. */
  readonly id: string;
  /** First release that the row applies to; the first matching row counts. */
  readonly since?: number;
}

const template = 'config/cloud.cfg.tmpl of cloud-init 26.2';
const reading = ['adm', 'systemd-journal'];

/** Default users by distribution and release, each with its source. */
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

/** Returns the default user of a distribution; `cloud-user` if the table lacks the distribution. */
export function defaultUserFor({ id, version, family }: Facts['os']): DefaultUser {
  const release = Number.parseInt(version, 10) || 0;
  const row = defaultUsersOf.find((each) => each.id === id && release >= (each.since ?? 0));
  return {
    name: row?.name ?? 'cloud-user',
    gecos: row?.gecos ?? 'Cloud User',
    // These groups give access to the logs and, on Debian, to sudo.
    groups: row?.groups ?? (family === 'debian' ? ['adm', 'sudo'] : reading),
  };
}
