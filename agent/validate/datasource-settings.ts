import { mapOf } from '../base/map-of.ts';
import { nearest, suggestion } from '../base/nearest.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Mapping, SourceEntry } from '../userdata/schema/source-node.ts';

/** The settings that every datasource accepts: URLs, timeouts and retries. */
const common = ['metadata_urls', 'timeout', 'max_wait', 'attempts', 'interval'];

/** The settings below `datasource`, by the name of the datasource in `datasource_list`, in lower case. */
export const settingsBySource: ReadonlyMap<string, readonly string[]> = mapOf({
  nocloud: [...common, 'fs_label', 'seedfrom', 'meta-data', 'user-data', 'vendor-data'],
  configdrive: common,
  opennebula: common,
  wakame: common,
  openstack: common,
  ec2: common,
  lxd: common,
  vmware: [],
  hetzner: common,
  digitalocean: common,
  vultr: common,
  upcloud: common,
  exoscale: [...common, 'password_server_port'],
  akamai: common,
  scaleway: common,
  cloudstack: [...common, 'password_server_port'],
  gce: common,
  oracle: common,
  azure: [...common, 'report_ready', 'wireserver_url'],
  aliyun: common,
  none: [],
});

/** Reports settings below `datasource` that no datasource reads. They are warnings, since cloud-init may have them. */
export function unreadDatasourceSettings({ entries }: Mapping): readonly Finding[] {
  const written = entries.get('datasource')?.value;
  if (written?.is !== 'mapping') return [];
  return [...written.entries].flatMap(([name, entry]): readonly Finding[] => {
    const at = `datasource.${name}`;
    const word = name.toLowerCase().replaceAll('-', '');
    const taken = settingsBySource.get(word);
    if (!taken) return [unread(at, entry, 'not a datasource of bootagent', near(word))];
    if (entry.value.is !== 'mapping') return [];
    return [...entry.value.entries]
      .filter(([key]) => !taken.includes(key))
      .map(([key, each]) => unread(`${at}.${key}`, each, 'not a setting of this datasource', suggestion(key, taken)));
  });
}

const near = (word: string): string | undefined => {
  const meant = nearest(word, [...settingsBySource.keys()]);
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
};

const unread = (at: string, { key: place }: SourceEntry, what: string, hint: string | undefined): Finding => ({
  level: 'warning',
  code: 'unsupported',
  at,
  place,
  message: `${what}; ignored`,
  ...(hint !== undefined && { hint }),
});
